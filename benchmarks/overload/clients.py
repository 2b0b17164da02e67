"""Clients of the overload benchmark, in a process of their own: bare Spark Connect calls, as they cost little to send.

Reads one JSON line a phase from standard input, {"url", "seconds", "seed", and "rate" or "clients"}, and answers each
with one line: the samples. `rate` sends so many queries a second from 32 clients whatever becomes of them (refused ones
are not sent again); `clients` has so many ask one after another. What was not answered at the end of a phase is
cancelled; its sample says how long it had waited.
"""

import asyncio
import json
import sys
import time
import uuid
from random import Random
from typing import Any

import grpc
from pyspark.sql.connect.proto import base_pb2 as pb
from pyspark.sql.connect.proto import base_pb2_grpc

from benchmarks.overload.work import Query, Work
from benchmarks.tpc.data import tables

CLIENTS = 32
ANSWERED, REFUSED, UNANSWERED = "answered", "refused", "unanswered"
Sample = tuple[str, float, str]  # template, seconds, what became of it


class Client:
    """One session of one user, on a connection of its own."""

    def __init__(self, url: str) -> None:
        address = url.removeprefix("sc://")
        self._channel = grpc.aio.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])
        self._stub = base_pb2_grpc.SparkConnectServiceStub(self._channel)
        self._session_id = str(uuid.uuid4())

    async def ask(self, query: Query) -> Sample:
        """Send it and take all that comes; a failure other than a refusal is raised."""
        request = pb.ExecutePlanRequest(session_id=self._session_id, operation_id=str(uuid.uuid4()))
        request.user_context.user_id = "benchmark"
        request.plan.root.sql.query = query.text
        start = time.perf_counter()
        outcome = UNANSWERED
        try:
            async for _ in self._stub.ExecutePlan(request):
                pass
            outcome = ANSWERED
        except asyncio.CancelledError:
            pass
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                outcome = REFUSED
            elif error.code() is not grpc.StatusCode.CANCELLED:  # as a task that is cancelled between two messages ends
                raise
        return query.template, time.perf_counter() - start, outcome


async def one_after_another(clients: list[Client], phase: dict[str, Any], work: Work) -> list[Sample]:
    """Each client asks again once it has its answer."""
    end = time.perf_counter() + phase["seconds"]

    async def keep_asking(client: Client) -> list[Sample]:
        samples = []
        while time.perf_counter() < end:
            samples.append(await client.ask(work.draw()))
        return samples

    found = await asyncio.gather(*(keep_asking(client) for client in clients[: phase["clients"]]))
    return [sample for samples in found for sample in samples]


async def at_a_rate(clients: list[Client], phase: dict[str, Any], work: Work) -> list[Sample]:
    """Queries come by chance (a Poisson process), each from a client drawn by chance."""
    random = Random(phase["seed"])
    start, due = time.perf_counter(), 0.0
    asked: list[asyncio.Task[Sample]] = []
    while (due := due + random.expovariate(phase["rate"])) < phase["seconds"]:
        await asyncio.sleep(max(start + due - time.perf_counter(), 0))
        client = clients[random.randrange(len(clients))]
        asked.append(asyncio.create_task(client.ask(work.draw())))
    await asyncio.sleep(max(start + phase["seconds"] - time.perf_counter(), 0))
    for task in asked:
        task.cancel()
    return list(await asyncio.gather(*asked))


async def main(scale: float) -> None:
    """Run the phases that are asked for."""
    files = tables("tpch", scale)
    known: dict[str, list[Client]] = {}
    while line := await asyncio.to_thread(sys.stdin.readline):
        phase = json.loads(line)
        url = phase["url"]
        if url not in known:
            known[url] = [Client(url) for _ in range(CLIENTS)]
        run = at_a_rate if "rate" in phase else one_after_another
        start = time.perf_counter()
        samples = await run(known[url], phase, Work(files, phase["seed"]))
        print(json.dumps({"seconds": time.perf_counter() - start, "samples": samples}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))

"""Which entries a cache of results should keep: the policy in use beside those of libCacheSim, on the same traces.

A miss is an admission to every policy. Each trace is drawn from a seed of its own; a cache's size is a share of the
bytes of all different objects. libCacheSim (GPL, used by this benchmark alone): `pip install hiveframe[caching-bench]`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import geometric_mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.options import Options
from benchmarks.report import Bar, Table
from hiveframe.cache.pheromone import Pheromone

REQUESTS = 60_000
OBJECTS = 10_000
SHARES = (0.01, 0.05, 0.2)
OURS = "pheromone"
BARRED = ("LRU", "S3-FIFO", "SIEVE", "W-TinyLFU", "W-TinyLFU 10 %")  # those that must be beaten

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Trace:
    """One request a place: which object, its bytes, and the seconds that computing it takes."""

    name: str
    keys: Numbers
    sizes: Numbers
    costs: NDArray[np.float64]

    @property
    def distinct_bytes(self) -> int:
        """Bytes of all different objects."""
        _, first = np.unique(self.keys, return_index=True)
        return int(self.sizes[first].sum())


@dataclass(frozen=True)
class Missed:
    """The shares of requests, of bytes and of computing time that a cache did not save."""

    requests: float
    bytes: float
    time: float

    def text(self) -> str:
        return f"{self.requests:.3f} {self.bytes:.3f} {self.time:.3f}"


def caching(options: Options) -> list[Table]:
    """One table: each trace at each size, each policy's missed share of requests, bytes and computing time."""
    policies = simulated()
    if policies is None:
        print("caching: left out, as libcachesim is missing: pip install 'hiveframe[caching-bench]'", flush=True)
        return []
    rows: list[list[Any]] = []
    found: dict[str, list[Missed]] = {name: [] for name in (*policies, OURS)}
    for trace in traces():
        for share in SHARES:
            limit = int(trace.distinct_bytes * share)
            for name, run in {**policies, OURS: ours}.items():
                found[name].append(run(trace, limit))
            rows.append([trace.name, f"{share:.0%}", *(found[name][-1].text() for name in found)])
        print(f"caching: {trace.name}", flush=True)
    means = {name: mean(missed) for name, missed in found.items()}
    rows.append(["geometric mean", "", *(m.text() for m in means.values())])
    headings = ["trace", "size", *found]
    return [Table("Missed share of requests, bytes and computing time", headings, rows, bars(means))]


def mean(missed: list[Missed]) -> Missed:
    """The geometric means."""
    columns = ([m.requests for m in missed], [m.bytes for m in missed], [m.time for m in missed])
    return Missed(*map(geometric_mean, columns))


def bars(means: dict[str, Missed]) -> list[Bar]:
    """Ours beside the best of the others, one bar a measure."""
    made = []
    for measure in ("requests", "bytes", "time"):
        best = min(getattr(means[name], measure) for name in BARRED)
        made.append(Bar(f"missed {measure}, pheromone by the best other", getattr(means[OURS], measure) / best, 1.0))
    return made


# ------------------------------------------------------------------------------------------------------ policies


def ours(trace: Trace, limit: int) -> Missed:
    """The policy that the cache of results runs."""
    policy = Pheromone(limit)
    hits = np.zeros(len(trace.keys), bool)
    for i, (key, size, cost) in enumerate(zip(*columns(trace), strict=True)):
        name = str(key)
        if name in policy:
            hits[i] = True
            policy.hit(name)
        else:
            policy.admit(name, size, cost)
    return missed(trace, hits)


def simulated() -> dict[str, Callable[[Trace, int], Missed]] | None:
    """libCacheSim's policies; None where it is not installed.

    W-TinyLFU's window of 1 % holds no object at all where the cache is small: it stands there twice.
    """
    try:
        import libcachesim as lcs
    except ImportError:
        return None
    makers = {
        "LRU": lcs.LRU,
        "S3-FIFO": lcs.S3FIFO,
        "SIEVE": lcs.Sieve,
        "W-TinyLFU": lcs.WTinyLFU,
        "W-TinyLFU 10 %": partial(lcs.WTinyLFU, window_size=0.1),
        "GDSF": lcs.GDSF,
    }

    def run(make: Callable[[int], Any], trace: Trace, limit: int) -> Missed:
        cache, request = make(limit), lcs.Request()
        hits = np.zeros(len(trace.keys), bool)
        for i, (key, size, _) in enumerate(zip(*columns(trace), strict=True)):
            if size > limit:
                continue  # it would say so on the screen
            request.obj_id, request.obj_size = key, size
            hits[i] = cache.get(request)
        return missed(trace, hits)

    return {name: partial(run, make) for name, make in makers.items()}


def columns(trace: Trace) -> tuple[list[int], list[int], list[float]]:
    """Keys, sizes and costs as Python's numbers."""
    return trace.keys.tolist(), trace.sizes.tolist(), trace.costs.tolist()


def missed(trace: Trace, hits: NDArray[np.bool_]) -> Missed:
    """What was not served."""

    def share(weights: Any) -> float:
        return 1 - float(weights[hits].sum()) / float(weights.sum())

    return Missed(1 - float(hits.mean()), share(trace.sizes), share(trace.costs))


# -------------------------------------------------------------------------------------------------------- traces


def traces() -> list[Trace]:
    """Ours, from seeds 11 to 16, and libCacheSim's own, from seed 17."""
    drawn = (
        ("Zipf 0.9", zipf_keys(0.9), 1.5, 11),
        ("Zipf 1.1, equal sizes", zipf_keys(1.1), 0.0, 12),
        ("Zipf 0.9 with scans", with_scans, 1.5, 13),
        ("hot set moves", moving, 1.5, 14),
        ("loop over 2,000, Zipf beside", loops, 1.0, 15),
    )
    made = [trace_of(name, keys, sigma, seed) for name, keys, sigma, seed in drawn]
    return [*made, dashboards(16), *libcachesims(17)]


def trace_of(name: str, draw: Callable[[np.random.Generator], Numbers], sigma: float, seed: int) -> Trace:
    """Keys with log-normal sizes (median 13 kB) and costs (median 0.4 s) that have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    keys = draw(rng)
    count = int(keys.max()) + 1
    sizes = np.maximum(64, rng.lognormal(9.5, sigma, count)).astype(np.int64)
    return Trace(name, keys, sizes[keys], rng.lognormal(-1, 1.3, count)[keys])


def zipf(rng: np.random.Generator, count: int, requests: int, skew: float) -> Numbers:
    """Ranks from 0, the first the most popular."""
    weights = 1 / np.arange(1, count + 1) ** skew
    return rng.choice(count, size=requests, p=weights / weights.sum())


def zipf_keys(skew: float) -> Callable[[np.random.Generator], Numbers]:
    """Nothing but popularity."""
    return lambda rng: zipf(rng, OBJECTS, REQUESTS, skew)


def with_scans(rng: np.random.Generator) -> Numbers:
    """In every 6,000 requests, 2,000 for objects that nobody wants again."""
    keys = zipf(rng, OBJECTS, REQUESTS, 0.9)
    for n, start in enumerate(range(4_000, REQUESTS, 6_000)):
        keys[start : start + 2_000] = OBJECTS + n * 2_000 + np.arange(2_000)
    return keys


def moving(rng: np.random.Generator) -> Numbers:
    """Every 6,000 requests other objects are the popular ones."""
    parts = [rng.permutation(OBJECTS)[zipf(rng, OBJECTS, 6_000, 1.0)] for _ in range(REQUESTS // 6_000)]
    return np.concatenate(parts)


def loops(rng: np.random.Generator) -> Numbers:
    """Half of the requests go round 2,000 objects, the others are Zipf's."""
    keys = zipf(rng, OBJECTS, REQUESTS, 1.0)
    places = np.flatnonzero(rng.random(REQUESTS) < 0.5)
    keys[places] = OBJECTS + np.arange(len(places)) % 2_000
    return keys


def dashboards(seed: int) -> Trace:
    """200 templates, 50 literals, 12 tables: a commit to one of them in 500 requests makes its results other ones."""
    rng = np.random.default_rng(seed)
    template, literal = zipf(rng, 200, REQUESTS, 1.0), zipf(rng, 50, REQUESTS, 0.8)
    table = rng.integers(0, 12, 200)[template]
    commits = np.zeros((12, REQUESTS), np.int64)
    places = np.arange(499, REQUESTS, 500)
    commits[rng.integers(0, 12, len(places)), places] = 1
    version = commits.cumsum(axis=1)[table, np.arange(REQUESTS)]
    _, keys = np.unique(np.stack([template, literal, version]), axis=1, return_inverse=True)
    sizes = np.maximum(64, rng.lognormal(9.5, 2.0, 200)).astype(np.int64)
    return Trace("dashboards with commits", keys.ravel(), sizes[template], rng.lognormal(-1, 1.3, 200)[template])


def libcachesims(seed: int) -> list[Trace]:
    """The generators that libCacheSim comes with; all of their objects have 4,000 bytes."""
    import libcachesim as lcs

    common = {"num_objects": OBJECTS, "num_requests": REQUESTS, "obj_size": 4_000, "seed": seed}
    drawn = {
        "libCacheSim Zipf 1.0": lcs.create_zipf_requests(alpha=1.0, **common),
        "libCacheSim uniform": lcs.create_uniform_requests(**common),
    }
    costs = np.random.default_rng(seed).lognormal(-1, 1.3, OBJECTS + 1)
    made = []
    for name, requests in drawn.items():
        keys = np.array([request.obj_id for request in requests])
        made.append(Trace(name, keys, np.full(len(keys), 4_000), costs[keys % len(costs)]))
    return made

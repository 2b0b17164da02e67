"""The RPCs of the service by name: what they take and give, and whether either side streams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from google.protobuf.message import Message
from pyspark.sql.connect.proto import base_pb2 as pb

from hiveframe.dataclass import dataclass

SERVICE: Final = "spark.connect.SparkConnectService"


@dataclass(frozen=True, slots=True)
class Rpc:
    """One RPC."""

    request: type[Message]
    response: type[Message]
    streams_requests: bool = False
    streams_responses: bool = False


RPCS: Final[Mapping[str, Rpc]] = {
    "ExecutePlan": Rpc(pb.ExecutePlanRequest, pb.ExecutePlanResponse, streams_responses=True),
    "AnalyzePlan": Rpc(pb.AnalyzePlanRequest, pb.AnalyzePlanResponse),
    "Config": Rpc(pb.ConfigRequest, pb.ConfigResponse),
    "AddArtifacts": Rpc(pb.AddArtifactsRequest, pb.AddArtifactsResponse, streams_requests=True),
    "ArtifactStatus": Rpc(pb.ArtifactStatusesRequest, pb.ArtifactStatusesResponse),
    "Interrupt": Rpc(pb.InterruptRequest, pb.InterruptResponse),
    "ReattachExecute": Rpc(pb.ReattachExecuteRequest, pb.ExecutePlanResponse, streams_responses=True),
    "ReleaseExecute": Rpc(pb.ReleaseExecuteRequest, pb.ReleaseExecuteResponse),
    "ReleaseSession": Rpc(pb.ReleaseSessionRequest, pb.ReleaseSessionResponse),
    "FetchErrorDetails": Rpc(pb.FetchErrorDetailsRequest, pb.FetchErrorDetailsResponse),
    "CloneSession": Rpc(pb.CloneSessionRequest, pb.CloneSessionResponse),
    "GetStatus": Rpc(pb.GetStatusRequest, pb.GetStatusResponse),
}


def rpc_name(method: str) -> str:
    """`ExecutePlan` of `/spark.connect.SparkConnectService/ExecutePlan`."""
    return method.rpartition("/")[2]

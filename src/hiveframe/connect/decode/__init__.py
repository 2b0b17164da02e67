"""Spark Connect 4.2 protobuf to `plan.spec` and `plan.commands`: one table row for each kind of message."""

from hiveframe.connect.decode.plan import Decoder

__all__ = ["Decoder"]

"""The Config RPC: seven operations on a session's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pyspark.sql.connect.proto import base_pb2 as pb

from hiveframe.connect.decode.invalid import not_set
from hiveframe.errors import IllegalArgumentException, NoSuchElementException, SparkError
from hiveframe.settings import Settings, check_value


def configure(conf: Settings, operation: pb.ConfigRequest.Operation, response: pb.ConfigResponse) -> None:
    """Do `operation` on `conf` and write pairs and warnings into `response`."""
    kind = operation.WhichOneof("op_type")
    if kind is None:
        raise not_set(operation, "op_type")
    OPERATIONS[kind](conf, getattr(operation, kind), response)


def _set(conf: Settings, m: pb.ConfigRequest.Set, response: pb.ConfigResponse) -> None:
    for pair in m.pairs:
        if not pair.HasField("value"):
            raise IllegalArgumentException("INVALID_CONF_VALUE.DEFAULT", {"confName": pair.key, "confValue": "null"})
        try:
            conf.set(pair.key, pair.value)
        except SparkError as error:
            if not m.silent:
                raise
            response.warnings.append(f"Failed to set {pair.key} to Some({pair.value}) due to {error.message()}")


def _get(conf: Settings, m: pb.ConfigRequest.Get, response: pb.ConfigResponse) -> None:
    for key in m.keys:
        value = conf.get(key)
        if value is None:
            raise NoSuchElementException("SQL_CONF_NOT_FOUND", {"sqlConf": f'"{key}"'})
        response.pairs.add(key=key, value=value)


def _get_with_default(conf: Settings, m: pb.ConfigRequest.GetWithDefault, response: pb.ConfigResponse) -> None:
    for pair in m.pairs:
        default = pair.value if pair.HasField("value") else None
        if default is not None:
            check_value(pair.key, default)
        _add(response, pair.key, conf.get(pair.key) if default is None else conf.set_value(pair.key) or default)


def _get_option(conf: Settings, m: pb.ConfigRequest.GetOption, response: pb.ConfigResponse) -> None:
    for key in m.keys:
        _add(response, key, conf.get(key))


def _get_all(conf: Settings, m: pb.ConfigRequest.GetAll, response: pb.ConfigResponse) -> None:
    """With a prefix the keys come back without it."""
    prefix = m.prefix if m.HasField("prefix") else ""
    for key, value in conf.all(prefix):
        response.pairs.add(key=key.removeprefix(prefix), value=value)


def _unset(conf: Settings, m: pb.ConfigRequest.Unset, _: pb.ConfigResponse) -> None:
    for key in m.keys:
        conf.unset(key)


def _is_modifiable(conf: Settings, m: pb.ConfigRequest.IsModifiable, response: pb.ConfigResponse) -> None:
    for key in m.keys:
        response.pairs.add(key=key, value="true" if conf.is_modifiable(key) else "false")


def _add(response: pb.ConfigResponse, key: str, value: str | None) -> None:
    pair = response.pairs.add(key=key)
    if value is not None:
        pair.value = value


OPERATIONS: Final[Mapping[str, Callable[[Settings, Any, pb.ConfigResponse], None]]] = {
    "set": _set,
    "get": _get,
    "get_with_default": _get_with_default,
    "get_option": _get_option,
    "get_all": _get_all,
    "unset": _unset,
    "is_modifiable": _is_modifiable,
}

"""The errors of a plan that does not follow the protocol, and the handlers of what is refused."""

from __future__ import annotations

from typing import Any, NoReturn

from google.protobuf.message import Message

from hiveframe.dataclass import dataclass
from hiveframe.errors import InvalidPlanInput, SparkError, unsupported


@dataclass(frozen=True, slots=True)
class Refusal:
    """Handles what is not supported: it says so by name."""

    feature: str

    def __call__(self, *_: Any) -> NoReturn:
        """Raise UNSUPPORTED_FEATURE.HIVEFRAME."""
        raise unsupported(self.feature)


def invalid_plan(kind: str, /, **params: str) -> SparkError:
    """CONNECT_INVALID_PLAN.`kind`."""
    return InvalidPlanInput(f"CONNECT_INVALID_PLAN.{kind}", params)


def not_set(message: Message, oneof: str) -> SparkError:
    """The oneof of `message` carries nothing; named as the JVM's generated enum names it."""
    name = oneof.replace("_", "").upper() + "_NOT_SET"
    return invalid_plan("INVALID_ONE_OF_FIELD_NOT_SET", fullName=message.DESCRIPTOR.full_name, name=name)


def not_supported(message: Message, field: str) -> SparkError:
    """The oneof of `message` carries something that no handler takes."""
    number = message.DESCRIPTOR.fields_by_name[field].number
    return invalid_plan(
        "INVALID_ONE_OF_FIELD_NOT_SUPPORTED",
        fullName=message.DESCRIPTOR.full_name,
        name=field.upper(),
        number=str(number),
    )


def bad_enum(message: Message, field: str) -> SparkError:
    """An enum of `message` holds a value that the protocol does not define or that means nothing here."""
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    assert enum is not None
    number = getattr(message, field)
    value = enum.values_by_number.get(number)
    name = value.name if value is not None else "UNRECOGNIZED"
    return invalid_plan("INVALID_ENUM", fullName=enum.full_name, name=name, number=str(number))

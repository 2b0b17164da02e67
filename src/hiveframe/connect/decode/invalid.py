"""The errors of a plan that does not follow the protocol, and the handlers of what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn

from google.protobuf.message import Message

from hiveframe.dataclass import dataclass
from hiveframe.errors import InvalidPlanInput, SparkError, SparkException, unsupported


@dataclass(frozen=True, slots=True)
class AsSpark:
    """Handles what Spark refuses, too: `error` makes Spark's own."""

    remark: str
    error: Callable[[Any], SparkError]

    def __call__(self, _: Any, message: Any, *__: Any) -> NoReturn:
        """Raise Spark's error for `message`."""
        raise self.error(message)


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


def no_jvm() -> SparkError:
    """A function or an aggregate of Scala's: only a JVM can read it, and Spark says this where its own cannot."""
    message = "Failed to unpack scala udf. HiveFrame has no JVM that could load it."
    return SparkException("INTERNAL_ERROR", {"message": message})


def no_extension(message: Any) -> SparkError:
    """What an extension gets where none is known."""
    return invalid_plan("NO_HANDLER_FOR_EXTENSION", extensionTypeUrl=message.type_url)


def bad_enum(message: Message, field: str) -> SparkError:
    """An enum of `message` holds a value that the protocol does not define or that means nothing here."""
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    assert enum is not None
    number = getattr(message, field)
    value = enum.values_by_number.get(number)
    name = value.name if value is not None else "UNRECOGNIZED"
    return invalid_plan("INVALID_ENUM", fullName=enum.full_name, name=name, number=str(number))


NO_EXTENSION: Final = AsSpark("no extension is known", no_extension)

"""Everything that can go wrong, as Spark names it.

    SparkError                     any failure with a Spark condition, a SQLSTATE and message parameters
    ├── AnalysisException          the plan does not make sense (names, types, unsupported features)
    │   └── ParseException         the text does not make sense
    ├── IllegalArgumentException   an argument or a setting has a wrong value
    │   └── PlainIllegalArgument   … as Java's own library says it, without a condition
    ├── JavaException              a failure that Java's own library has, without a condition
    ├── ArithmeticException        overflow, division by zero
    │   └── PlainArithmetic        … as Java's own library says it, without a condition
    ├── ArrayIndexOutOfBoundsException
    ├── DateTimeException          a date or time that does not exist
    ├── NumberFormatException      text that is not a number
    ├── UnsupportedOperationException
    ├── PythonException            a user's Python function raised
    ├── SparkUpgradeException      a value that older versions read differently
    ├── SparkRuntimeException      any other failure while rows are computed
    ├── OperationCanceled          the query was interrupted
    ├── ServerOverloaded           the query was not begun; it can be sent again later
    ├── InvalidHandle              a session, operation or cursor that is not there (any more)
    ├── InvalidPlanInput           a request that does not follow the Connect protocol
    ├── NoSuchElementException     something asked for by name is not there
    └── SparkException             everything else, internal errors among them

Conditions, message templates and SQLSTATEs are Spark 4.2's own (`error-conditions.json`, Apache-2.0, see NOTICE),
kept in `error_conditions.json`; those of tables with versions stand in `table_conditions.json` under the names that
their formats gave them (with sentences of our own), those that only HiveFrame has in `OWN_CONDITIONS`.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, ClassVar

from hiveframe.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class QueryContext:
    """The part of a query that an error speaks of: a span of SQL text, or a DataFrame call."""

    fragment: str
    start: int = -1
    stop: int = -1
    line: int = 0
    column: int = 0
    sql_text: str | None = None
    object_type: str = ""
    object_name: str = ""
    call_site: str = ""

    @property
    def is_sql(self) -> bool:
        return self.sql_text is not None

    def summary(self) -> str:
        """The context as Spark appends it to a runtime error."""
        if not self.is_sql:
            return f'== DataFrame ==\n"{self.fragment}" was called from\n{self.call_site}\n'
        text = self.sql_text or ""
        head = f"== SQL{self._of_object()} (line {self.line}, position {self.column + 1}) ==\n"
        start, stop = max(self.start, 0), min(self.stop, len(text) - 1)
        first = text.rfind("\n", 0, start) + 1
        end = text.find("\n", stop)
        last = len(text) if end < 0 else end
        before = after = ""
        if start - first >= _EXTRA_CONTEXT:
            first, before = start - _EXTRA_CONTEXT, "..."
        if last - stop > _EXTRA_CONTEXT:
            last, after = stop + 1 + _EXTRA_CONTEXT, "..."
        marked = []
        position = first - len(before)
        for line in (before + text[first:last] + after).split("\n"):
            spots = range(position, position + len(line))
            marks = "".join("^" if start <= spot <= stop else " " for spot in spots)
            marked.append(f"{line}\n{marks.rstrip()}\n")
            position += len(line) + 1
        return head + "".join(marked)

    def _of_object(self) -> str:
        return f" of {self.object_type} {self.object_name}" if self.object_type else ""


_EXTRA_CONTEXT = 32  # characters shown on either side of what an error speaks of


NO_CONDITION = ""  # of a failure in Java's own library


class SparkError(Exception):
    """A failure with Spark's condition; `str(error)` is Spark's message with its SQLSTATE."""

    jvm_classes: ClassVar[tuple[str, ...]] = ("org.apache.spark.SparkException", "java.lang.Exception")

    def __init__(
        self,
        condition: str,
        params: Mapping[str, str] | None = None,
        *,
        context: QueryContext | None = None,
        detail: str = "",
    ) -> None:
        self.condition = condition
        self.params = dict(params or {})
        self.context = context
        self.sql_state = sql_state(condition)
        self.detail = detail
        super().__init__(self.message())

    def message(self) -> str:
        """`[CONDITION] text SQLSTATE: …`, then where in the query."""
        text = format_message(self.condition, self.params)
        if not self.condition.startswith("_LEGACY_ERROR_"):
            text = f"[{self.condition}] {text}"
        if self.sql_state:
            text += f" SQLSTATE: {self.sql_state}"
        return text + self._where() + self.detail

    def _where(self) -> str:
        return "\n" + self.context.summary() if self.context else ""

    def with_context(self, context: QueryContext | None) -> SparkError:
        """The same error placed at `context`, unless it is placed already."""
        if self.context is not None or context is None:
            return self
        return type(self)(self.condition, self.params, context=context, detail=self.detail)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.condition, self.params, self.context, self.detail)


def _rebuild(
    cls: type[SparkError], condition: str, params: dict[str, str], context: QueryContext | None, detail: str
) -> SparkError:
    return cls(condition, params, context=context, detail=detail)


class AnalysisException(SparkError):
    """The plan does not make sense."""

    jvm_classes: ClassVar[tuple[str, ...]] = ("org.apache.spark.sql.AnalysisException", "java.lang.Exception")

    def _where(self) -> str:
        if self.context is None:
            return ""
        if self.context.is_sql:
            return f"; line {self.context.line} pos {self.context.column}"
        return ";\n" + self.context.summary()


class ParseException(AnalysisException):
    """The text does not make sense: at a token (its position is shown), or in a part of it (which is marked)."""

    at_token: ClassVar[frozenset[str]] = frozenset(
        ("PARSE_SYNTAX_ERROR", "PARSE_EMPTY_STATEMENT", "INVALID_IDENTIFIER", "UNCLOSED_BRACKETED_COMMENT")
    )
    jvm_classes = ("org.apache.spark.sql.catalyst.parser.ParseException", *AnalysisException.jvm_classes)

    def _where(self) -> str:
        c = self.context
        if c is None or c.sql_text is None:
            return ""
        if c.fragment and self.condition not in self.at_token:
            return "\n" + c.summary()
        lines = c.sql_text.split("\n")
        shown = [*lines[: c.line], "-" * c.column + "^^^", *lines[c.line :]]
        return f" (line {c.line}, pos {c.column})\n\n== SQL ==\n" + "\n".join(shown) + "\n"

    def message(self) -> str:
        return "\n" + super().message()


class IllegalArgumentException(SparkError):
    """An argument or a setting has a wrong value."""

    jvm_classes = ("org.apache.spark.SparkIllegalArgumentException", "java.lang.IllegalArgumentException")


class _Plain(SparkError):
    """What Java's own library says: there is a `message`, no condition."""

    def message(self) -> str:
        return self.params.get("message", "") + self.detail


class PlainIllegalArgument(_Plain, IllegalArgumentException):
    """A wrong value that Java's own library refuses."""

    jvm_classes = ("java.lang.IllegalArgumentException", "java.lang.RuntimeException")


class JavaException(_Plain):
    """A failure of Java's own while rows are computed."""

    jvm_classes: ClassVar[tuple[str, ...]] = ("java.lang.RuntimeException",)


class JobFailure(JavaException):
    """A job that such a failure ended."""

    jvm_classes = ("org.apache.spark.SparkException", "java.lang.Exception")


class NegativeArraySize(JavaException):
    """Bytes of a negative number."""

    jvm_classes = ("java.lang.NegativeArraySizeException", "java.lang.RuntimeException")


class ArithmeticException(SparkError):
    """Overflow or division by zero."""

    jvm_classes = ("org.apache.spark.SparkArithmeticException", "java.lang.ArithmeticException")


class PlainArithmetic(_Plain, ArithmeticException):
    """An overflow in Java's own `Math.addExact` and its kin."""

    jvm_classes = ("java.lang.ArithmeticException", "java.lang.RuntimeException")


class ArrayIndexOutOfBoundsException(SparkError):
    """An index outside its array."""

    jvm_classes = ("org.apache.spark.SparkArrayIndexOutOfBoundsException", "java.lang.ArrayIndexOutOfBoundsException")


class DateTimeException(SparkError):
    """A date or time that does not exist."""

    jvm_classes = ("org.apache.spark.SparkDateTimeException", "java.time.DateTimeException")


class NumberFormatException(SparkError):
    """Text that is not a number."""

    jvm_classes = ("org.apache.spark.SparkNumberFormatException", "java.lang.NumberFormatException")


class UnsupportedOperationException(SparkError):
    """Something that is not there (yet)."""

    jvm_classes = ("org.apache.spark.SparkUnsupportedOperationException", "java.lang.UnsupportedOperationException")


class PythonException(SparkError):
    """A user's Python function raised; the message carries its traceback."""

    jvm_classes = ("org.apache.spark.api.python.PythonException", "java.lang.RuntimeException")


class SparkUpgradeException(SparkError):
    """A value that older versions read differently."""

    jvm_classes = ("org.apache.spark.SparkUpgradeException", "java.lang.RuntimeException")


class SparkRuntimeException(SparkError):
    """Any other failure while rows are computed."""

    jvm_classes = ("org.apache.spark.SparkRuntimeException", "java.lang.RuntimeException")


class SqlScriptingException(SparkError):
    """A script that is not well made; PySpark's client has no class of its own for it."""

    jvm_classes = ("org.apache.spark.sql.exceptions.SqlScriptingException",)


class OperationCanceled(SparkError):
    """The query was interrupted."""

    jvm_classes = ("org.apache.spark.SparkSQLException", "java.sql.SQLException")


class ServerOverloaded(SparkError):
    """The operation was turned away before anything of it was done; its client should send it again."""

    @classmethod
    def after(cls, retry_s: float) -> ServerOverloaded:
        """To be sent again after so many seconds, at the earliest."""
        return cls("SERVER_OVERLOADED", {"retryDelay": str(max(round(retry_s * 1000), 1))})

    @property
    def retry_s(self) -> float:
        """Seconds to wait for before it is sent again."""
        return int(self.params["retryDelay"]) / 1000


class InvalidHandle(SparkError):
    """A session, operation or cursor that is not there (any more)."""

    jvm_classes = ("org.apache.spark.SparkSQLException", "java.sql.SQLException")


class InvalidPlanInput(SparkError):
    """A request that does not follow the Connect protocol."""

    jvm_classes = ("org.apache.spark.sql.connect.common.InvalidPlanInput",)


class NoSuchElementException(SparkError):
    """Something asked for by name is not there."""

    jvm_classes = ("org.apache.spark.SparkNoSuchElementException", "java.util.NoSuchElementException")


class SparkException(SparkError):
    """Everything else."""


def analysis_error(condition: str, /, *, context: QueryContext | None = None, **params: str) -> AnalysisException:
    """An `AnalysisException` with keyword message parameters."""
    return AnalysisException(condition, params, context=context)


def requirement(what: str) -> PlainIllegalArgument:
    """What Scala's `require` says: a message without a condition."""
    return PlainIllegalArgument(NO_CONDITION, {"message": f"requirement failed: {what}"})


def unsupported(feature: str, /, *, context: QueryContext | None = None) -> AnalysisException:
    """An explicit refusal of something that Spark has and HiveFrame does not: `feature` names it to the user."""
    return AnalysisException("UNSUPPORTED_FEATURE.HIVEFRAME", {"feature": feature}, context=context)


def internal_error(message: str) -> SparkException:
    """A fault of HiveFrame's own; its `errorId` finds it in the log."""
    return SparkException("INTERNAL_ERROR", {"message": f"{message} (error id {uuid.uuid4()})"})


OWN_CONDITIONS: Mapping[str, tuple[str, str]] = {
    "UNSUPPORTED_FEATURE.HIVEFRAME": ("HiveFrame does not support <feature>.", "0A000"),
    "UNSUPPORTED_FILE_SCHEME": ("No file system for scheme '<scheme>' (path <path>).", "0A000"),
    "INVALID_BASE_PATH": ("Option 'basePath' is wrong: <path>: <reason>.", "22023"),
    "INVALID_PATH_PATTERN": ("Illegal file pattern <pattern>: <reason>.", "42K03"),
    "INVALID_FORMAT_STRING": ("The format string '<format>' is wrong: <reason>.", "22023"),
    "SKETCH_OF_NOTHING": (
        "<function> saw no sketch, and of none there is no result (an intersection of none would be the infinite set).",
        "22000",
    ),
    "CATALOG_IMPLEMENTATION_NOT_FOUND": (
        "The catalog <catalog> is set to <implementation>, which HiveFrame does not have.",
        "42000",
    ),
    "SERVER_OVERLOADED": (
        "The server has more to do than it can, and began nothing of this. Send it again in <retryDelay> ms.",
        "53000",
    ),
    "MISSING_EXTRA": ("<feature> needs an optional part: pip install 'hiveframe[<extra>]'.", "0A000"),
}


@cache
def _conditions() -> dict[str, Any]:
    loaded: dict[str, Any] = {}
    for name in ("error_conditions.json", "table_conditions.json"):
        loaded |= json.loads(resources.files("hiveframe").joinpath(name).read_text(encoding="utf-8"))
    return loaded


def is_known(condition: str) -> bool:
    """Whether `condition` (with its subclass after a dot) is one that Spark or HiveFrame defines."""
    return condition in OWN_CONDITIONS or condition in _conditions()


def sql_state(condition: str) -> str | None:
    """The SQLSTATE of a condition; None when it has none."""
    if condition in OWN_CONDITIONS:
        return OWN_CONDITIONS[condition][1]
    entry = _conditions().get(condition)
    return entry[1] if entry else None


_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_-]+)>")


def format_message(condition: str, params: Mapping[str, str]) -> str:
    """The condition's template with its `<name>` places filled in."""
    entry: Sequence[str] | None = OWN_CONDITIONS.get(condition) or _conditions().get(condition)
    if entry is None:
        raise KeyError(f"unknown error condition {condition!r}; add it to errors.OWN_CONDITIONS")
    return _PLACEHOLDER.sub(lambda m: str(params.get(m.group(1), m.group(0))), entry[0])

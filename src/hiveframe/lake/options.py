"""Reader and writer options: names ignore case, values are text, wrong values are refused with the option's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, overload

from hiveframe.errors import SparkException, SparkRuntimeException
from hiveframe.functions.text_options import refused

T = TypeVar("T")


class Options(Mapping[str, str]):
    """A read-only mapping of options whose keys ignore case; the spelling of the last writer is kept."""

    __slots__ = ("_items",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._items: dict[str, tuple[str, str]] = {}
        for name, value in (values or {}).items():
            self._items[name.lower()] = (name, str(value))

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()][1]

    @overload
    def get(self, name: str, default: None = None, /) -> str | None: ...

    @overload
    def get(self, name: str, default: str | T, /) -> str | T: ...

    def get(self, name: str, default: Any = None, /) -> Any:
        """The value, or `default`; asked for all the time, mostly of what is not set."""
        found = self._items.get(name.lower())
        return default if found is None else found[1]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def without(self, *names: str) -> Options:
        """The options but those named."""
        dropped = {n.lower() for n in names}
        return Options({k: v for k, v in self.items() if k.lower() not in dropped})

    def first(self, *names: str) -> str | None:
        """The value of the first name that is set."""
        for name in names:
            if name in self:
                return self[name]
        return None

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean option; anything but `true` and `false` is refused."""
        value = self.get(name)
        if value is None:
            return default
        lowered = value.strip().lower()
        if lowered not in ("true", "false"):
            raise SparkException("_LEGACY_ERROR_TEMP_2147", {"paramName": name})
        return lowered == "true"

    def integer(self, name: str, default: int) -> int:
        """A whole-number option."""
        value = self.get(name)
        if value is None:
            return default
        try:
            return int(value.strip())
        except ValueError as error:
            raise SparkRuntimeException("_LEGACY_ERROR_TEMP_2146", {"paramName": name, "value": value}) from error

    def fraction(self, name: str, default: float) -> float:
        """A floating-point option."""
        value = self.get(name)
        if value is None:
            return default
        try:
            return float(value.strip())
        except ValueError as error:
            raise SparkRuntimeException("_LEGACY_ERROR_TEMP_2146", {"paramName": name, "value": value}) from error

    def line_separator(self, *, most: int | None = None) -> str | None:
        """`lineSep`; one that is empty or longer than `most` characters is refused."""
        value = self.get("lineSep")
        if value == "":
            raise refused("requirement failed: 'lineSep' cannot be an empty string.")
        if value is not None and most is not None and len(value) > most:
            raise refused("requirement failed: 'lineSep' can contain only 1 character.")
        return value

    def check_sampling(self) -> None:
        """Refuses a `samplingRatio` that would leave nothing to infer types from."""
        ratio = self.fraction("samplingRatio", 1.0)
        if ratio <= 0:
            raise refused(f"requirement failed: samplingRatio ({ratio}) should be greater than 0")

    def character(self, names: tuple[str, ...], default: str) -> str:
        """A single character, or nothing."""
        value = self.first(*names)
        if value is None:
            return default
        if len(value) > 1 and value != "\\u0000":
            params = {"paramName": names[0], "actualValue": value}
            raise SparkRuntimeException("OPTION_VALUE_EXCEEDS_ONE_CHARACTER", params)
        return "" if value in ("", "\0", "\\u0000") else value

"""The items of frequency sketches: keys that stand for values, their Java hash codes, and their bytes.

A key is a whole number (for a floating-point value its bits, for a decimal its digits) or a text. Sources: the
`ArrayOfNumbersSerDe` of DataSketches and its kin, `ArrayOfDecimalsSerDe` of Spark.
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

Key = int | str

_TAGS: Final[dict[type[DataType], tuple[int, str]]] = {
    t.ByteType: (2, "b"),
    t.ShortType: (3, "h"),
    t.IntegerType: (9, "i"),
    t.DateType: (9, "i"),
    t.FloatType: (6, "i"),
}
_INT_DIGITS: Final = 9
_LONG_DIGITS: Final = 18
_INTEGERS: Final = {8: pa.int8(), 16: pa.int16(), 32: pa.int32(), 64: pa.int64()}


@dataclass(frozen=True, slots=True)
class Codec:
    """Items of one type; `arrow` is the type of their arrays."""

    dtype: DataType
    arrow: pa.DataType

    def encoded(self, values: pa.Array) -> tuple[list[Key], np.ndarray]:
        """The different keys of values without NULLs, and for each value the place of its key."""
        if isinstance(self.dtype, t.StringType):
            coded = values.dictionary_encode()
            return coded.dictionary.to_pylist(), coded.indices.to_numpy()
        if isinstance(self.dtype, t.DecimalType):
            coded = values.cast(pa.string()).dictionary_encode()
            digits = [int(Decimal(text).scaleb(self.dtype.scale)) for text in coded.dictionary.to_pylist()]
            return list(digits), coded.indices.to_numpy()
        numbers, places = np.unique(self._numbers(values), return_inverse=True)
        return numbers.tolist(), places

    def array(self, keys: list[Key | None]) -> pa.Array:
        """The values of keys; None is NULL."""
        match self.dtype:
            case t.StringType():
                return pa.array(keys, pa.string())
            case t.BooleanType():
                return pa.array([None if k is None else bool(k) for k in keys], pa.bool_())
            case t.DecimalType(scale=scale):
                return pa.array([None if k is None else Decimal(k).scaleb(-scale) for k in keys], self.arrow)
        return pa.array(keys, _INTEGERS[self.arrow.bit_width]).view(self.arrow)

    def hash_codes(self, keys: list[Key]) -> np.ndarray:
        """Java's hash codes of the values, 32 bits with a sign in 64."""
        match self.dtype:
            case t.StringType():
                return np.array([_of_text(str(key)) for key in keys], dtype=np.int64)
            case t.DecimalType(scale=scale):
                return np.array([_of_decimal(int(key), scale) for key in keys], dtype=np.int64)
        numbers = np.array(keys, dtype=np.int64)
        match self.dtype:
            case t.BooleanType():
                return np.where(numbers != 0, 1231, 1237)
            case t.LongType() | t.DoubleType() | t.TimestampType() | t.TimestampNTZType():
                return (
                    (numbers ^ (numbers.view(np.uint64) >> np.uint64(32)).view(np.int64))
                    .astype(np.int32)
                    .astype(np.int64)
                )
        return numbers

    def write(self, keys: list[Key]) -> bytes:
        """The bytes of keys one after another."""
        match self.dtype:
            case t.StringType():
                texts = [str(key).encode() for key in keys]
                return b"".join(struct.pack("<i", len(text)) + text for text in texts)
            case t.BooleanType():
                return np.packbits(np.array(keys, dtype=bool), bitorder="little").tobytes()
            case t.DecimalType(precision) if precision > _LONG_DIGITS:
                digits = [_big_endian(int(key)) for key in keys]
                return b"".join(struct.pack("<i", len(d)) + d for d in digits)
        tagged = self._tagged()
        if tagged is None:
            return struct.pack(f"<{len(keys)}q", *keys)
        tag, form = tagged
        return b"".join(struct.pack("<B" + form, tag, key) for key in keys)

    def read(self, data: bytes, count: int) -> list[Key]:
        """So many keys from bytes."""
        match self.dtype:
            case t.StringType():
                return [text.decode() for text in _sized(data, count)]
            case t.BooleanType():
                bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")
                return list(bits[:count].tolist())
            case t.DecimalType(precision) if precision > _LONG_DIGITS:
                return [int.from_bytes(digits, "big", signed=True) for digits in _sized(data, count)]
        tagged = self._tagged()
        if tagged is None:
            return list(struct.unpack_from(f"<{count}q", data))
        size = struct.calcsize("<B" + tagged[1])
        return [struct.unpack_from("<B" + tagged[1], data, i * size)[1] for i in range(count)]

    def _tagged(self) -> tuple[int, str] | None:
        """The tag before each number and the number's form; None for plain 8 bytes."""
        if isinstance(self.dtype, t.DecimalType):
            return _TAGS[t.IntegerType] if self.dtype.precision <= _INT_DIGITS else None
        return _TAGS.get(type(self.dtype))

    def _numbers(self, values: pa.Array) -> np.ndarray:
        if isinstance(self.dtype, t.BooleanType):
            return np.asarray(values.to_numpy(zero_copy_only=False)).astype(np.int64)
        if isinstance(self.dtype, (t.FloatType, t.DoubleType)):
            plain = np.asarray(values.to_numpy(zero_copy_only=False))
            one_nan = np.where(np.isnan(plain), plain.dtype.type(np.nan), plain)
            return one_nan.view(np.int32 if plain.dtype.itemsize == 4 else np.int64)
        return np.asarray(values.view(_INTEGERS[values.type.bit_width]).to_numpy(zero_copy_only=False))


def _sized(data: bytes, count: int) -> list[bytes]:
    found, at = [], 0
    for _ in range(count):
        size = struct.unpack_from("<i", data, at)[0]
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def _signed(number: int) -> int:
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)


def _of_long(number: int) -> int:
    word = number & ((1 << 64) - 1)
    return _signed(word ^ (word >> 32))


def _of_text(text: str) -> int:
    units = np.frombuffer(text.encode("utf-16-le"), dtype="<u2").tolist()
    code = 0
    for unit in units:
        code = (31 * code + unit) & 0xFFFFFFFF
    return _signed(code)


def _of_decimal(digits: int, scale: int) -> int:
    """`scala.math.BigDecimal.hashCode`: that of the whole number or the double that it equals."""
    value = Decimal(digits).scaleb(-scale)
    if value == value.to_integral_value():
        whole = int(value)
        if -(1 << 31) <= whole < 1 << 31:
            return whole
        return _of_long(whole) if -(1 << 63) <= whole < 1 << 63 else _of_big(whole)
    double = float(value)
    if Decimal(repr(double)) == value:
        single = float(np.float32(double))
        if single == double:
            return int(np.float32(double).view(np.int32))
        return _of_long(int(np.float64(double).view(np.int64)))
    stripped = value.normalize()
    _, shown, exponent = stripped.as_tuple()
    unscaled = int("".join(map(str, shown))) * (-1 if value < 0 else 1)
    return _mixed_last(_of_big(unscaled), -int(exponent))


def _of_big(number: int) -> int:
    """`BigInteger.hashCode`."""
    magnitude = abs(number)
    words = magnitude.to_bytes((magnitude.bit_length() + 31) // 32 * 4 or 4, "big")
    code = 0
    for at in range(0, len(words), 4):
        code = (31 * code + int.from_bytes(words[at : at + 4], "big")) & 0xFFFFFFFF
    return _signed(code * (-1 if number < 0 else 1))


def _mixed_last(code: int, data: int) -> int:
    """Scala's `MurmurHash3.mixLast`."""
    k = data * 0xCC9E2D51 & 0xFFFFFFFF
    k = ((k << 15) | (k >> 17)) * 0x1B873593 & 0xFFFFFFFF
    return _signed((code & 0xFFFFFFFF) ^ k)


def _big_endian(number: int) -> bytes:
    """As few bytes as hold the number with a sign."""
    size = (number if number >= 0 else ~number).bit_length() // 8 + 1
    return number.to_bytes(size, "big", signed=True)

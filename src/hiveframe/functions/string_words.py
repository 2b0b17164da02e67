"""Text by its characters and words: codes, capitals, sounds, masks, sentences, checks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

import pyarrow as pa

from hiveframe.errors import IllegalArgumentException
from hiveframe.functions import text_kernels
from hiveframe.functions.by_row import by_nullable_row, by_row
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.registry import (
    STRING_EVEN_BINARY,
    TYPED_STRING,
    Binder,
    Emit,
    Function,
    NullRule,
    Param,
    ParamLike,
    always_null,
    any_null,
    optional,
    register,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, text, true
from hiveframe.functions.strings import by_kernel, is_bytes
from hiveframe.functions.text_buffers import Texts, single_value
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import ArrayType, DataType

_SENTENCES: Final = ArrayType(ArrayType(t.STRING, False), False)


def _emit_chr(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The Latin-1 character of the lowest byte; nothing for negative numbers."""

    def build(code: Sql) -> Sql:
        character = func("chr", cast(op("&", code, number(255)), "INTEGER"))
        return case((op("<", code, number(0)), text("")), default=character)

    return let(args[0], ctx, build)


def capitalised(value: str) -> str:
    """Every word (what stands between spaces) with its first character in title case, the rest in lower case."""
    return " ".join(word[:1].title() + word.lower()[len(word[:1].lower()) :] for word in value.split(" "))


def initcaps(values: pa.Array) -> pa.Array:
    """`initcap` of each row."""
    texts = Texts.of(values)
    if texts.is_ascii:
        return text_kernels.capitalise_ascii(texts)
    return by_row(capitalised, pa.string(), [values])


_SOUND_CODES: Final = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "01230127022455012623017202", strict=True))


def sound_of(value: str) -> str:
    """American Soundex as Spark computes it; texts that don't start with a Latin letter stay as they are."""
    first = value[:1].upper() if value[:1].isascii() else value[:1]
    if first not in _SOUND_CODES:
        return value
    result, last = [first], _SOUND_CODES[first]
    for character in value[1:]:
        code = _SOUND_CODES.get(character.upper()) if character.isascii() else None
        if code is None:
            last = "0"
        elif code == "7":  # H and W stand between equal codes without parting them
            continue
        else:
            if code not in ("0", last):
                result.append(code)
                if len(result) == 4:
                    break
            last = code
    return "".join(result).ljust(4, "0")


def sounds(values: pa.Array) -> pa.Array:
    """`soundex` of each row."""
    texts = Texts.of(values)
    made = text_kernels.soundex_ascii(texts) if texts.is_ascii else None
    return made if made is not None else by_row(sound_of, pa.string(), [values])


def passes_luhn(value: str) -> bool:
    """Luhn's check of a text of digits; FALSE for anything else."""
    if not value or not value.isascii() or not value.isdigit():
        return False
    total = 0
    for place, character in enumerate(reversed(value)):
        digit = int(character) * (2 if place % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def luhn_checks(values: pa.Array) -> pa.Array:
    """`luhn_check` of each row."""
    return by_row(passes_luhn, pa.bool_(), [values])


def _mask_row(value: str | None, *replacements: str | None) -> str | None:
    """Characters are Java's, of 16 bits: one beyond them is two others, and as a replacement half of it, a `?`."""
    if value is None:
        return None
    upper, lower, digit, other = ("?" if r is not None and r > "\uffff" else r for r in replacements)
    return "".join(_masked(c, upper, lower, digit, other) or c for c in value)


def _masked(character: str, upper: str | None, lower: str | None, digit: str | None, other: str | None) -> str | None:
    if character > "\uffff":
        return other and other * 2
    match unicodedata.category(character):
        case "Lu":
            return upper
        case "Ll":
            return lower
        case "Nd":
            return digit
    return other


def masks(values: pa.Array, *replacements: pa.Array) -> pa.Array:
    """`mask` of each row."""
    texts = Texts.of(values)
    constants = [single_value(column) for column in replacements]
    if texts.is_ascii and all(is_constant and (c is None or c.isascii()) for is_constant, c in constants):
        return text_kernels.mask_ascii(texts, [c for _, c in constants])
    return by_nullable_row(_mask_row, pa.string(), [values, *replacements])


def _check_mask(binder: Binder, args: tuple[Expr, ...]) -> None:
    for name, arg in zip(_MASK_NAMES, args[1:], strict=True):
        value = binder.fold(arg, name)
        if value is not None and len(value) != 1:
            raise binder.error("DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE", exprName=name)


_MASK_NAMES: Final = ("upperChar", "lowerChar", "digitChar", "otherChar")

_WORD: Final = re.compile(r"\w[\w\u0300-\u036f]*(?:[.'’:·-](?=\w)[\w\u0300-\u036f]+)*")
_SENTENCE_END: Final = re.compile(r"[.!?]+[\"')\]]*\s+(?=[^a-z])|[。！？]+")


def words_of(value: str) -> list[list[str]]:
    """The words of each sentence; sentences without words are left out."""
    sentences, start = [], 0
    for end in _SENTENCE_END.finditer(value):
        sentences.append(value[start : end.end()])
        start = end.end()
    sentences.append(value[start:])
    found = [_WORD.findall(sentence) for sentence in sentences]
    return [words for words in found if words]


def sentence_lists(values: pa.Array, languages: pa.Array, countries: pa.Array) -> pa.Array:
    """`sentences` of each row; the locale makes no difference to where words end."""
    return by_row(words_of, pa.list_(pa.list_(pa.string())), [values])


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _checked_utf8(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        shown = "".join(f"\\x{b:02X}" for b in value)
        raise IllegalArgumentException("INVALID_UTF8_STRING", {"str": shown}) from None


def utf8_checks(values: pa.Array) -> pa.Array:
    """Whether each row of bytes is UTF-8."""
    return by_row(_is_utf8, pa.bool_(), [values])


def utf8_made(values: pa.Array) -> pa.Array:
    """Each row of bytes read as UTF-8, what is not replaced by U+FFFD."""
    return by_row(lambda value: value.decode(errors="replace"), pa.string(), [values])


def utf8_validated(values: pa.Array) -> pa.Array:
    """Each row of bytes read as UTF-8, an error when it is not."""
    return by_row(_checked_utf8, pa.string(), [values])


def utf8_tried(values: pa.Array) -> pa.Array:
    """Each row of bytes read as UTF-8, NULL when it is not."""
    return by_row(lambda value: value.decode() if _is_utf8(value) else None, pa.string(), [values])


def _emit_utf8(kernel: Callable[..., pa.Array], of_text: Callable[[Sql], Sql]) -> Emit:
    """Text in DuckDB is always valid; only bytes need a look."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        return by_kernel(kernel)(call, args, ctx) if is_bytes(call.args[0]) else of_text(args[0])

    return emit


def _row(
    name: str,
    params: tuple[ParamLike, ...],
    *,
    emit: Emit,
    doc: str,
    since: str,
    result: DataType = t.STRING,
    nullable: NullRule = any_null,
    aliases: tuple[str, ...] = (),
    checks: tuple[Callable[[Binder, tuple[Expr, ...]], None], ...] = (),
) -> Function:
    return Function(
        name,
        params,
        result,
        nullable,
        emit=emit,
        aliases=aliases,
        checks=checks,
        doc=doc,
        group="string",
        since=since,
    )


def _utf8(
    name: str,
    kernel: Callable[..., pa.Array],
    doc: str,
    *,
    result: DataType = t.STRING,
    of_text: Callable[[Sql], Sql] = lambda value: value,
) -> Function:
    emit = _emit_utf8(kernel, of_text)
    return _row(name, (STRING_EVEN_BINARY,), result=result, nullable=always_null, emit=emit, doc=doc, since="4.0.0")


def _mask_param(value: str | None, name: str) -> Param:
    return Param((TYPED_STRING,), optional=True, name=name, default=Literal(value, t.STRING if value else t.NULL))


register(
    _row(
        "ascii",
        (t.STRING,),
        result=t.INT,
        emit=lambda call, args, ctx: func("ascii", *args),
        doc="The code point of the first character, 0 for an empty text.",
        since="1.5.0",
    ),
    _row(
        "chr",
        (t.LONG,),
        emit=_emit_chr,
        aliases=("char",),
        doc="The character of a code below 256 (the number modulo 256).",
        since="2.3.0",
    ),
    _row(
        "initcap",
        (t.STRING,),
        emit=by_kernel(initcaps),
        doc="The text with each word's first letter in title case, the rest in lower case.",
        since="1.5.0",
    ),
    _row(
        "soundex",
        (TYPED_STRING,),
        emit=by_kernel(sounds),
        doc="The Soundex code: texts that sound alike in English share one.",
        since="1.5.0",
    ),
    _row(
        "luhn_check",
        (t.STRING,),
        result=t.BOOLEAN,
        nullable=always_null,
        emit=by_kernel(luhn_checks),
        doc="Whether a text of digits passes Luhn's check.",
        since="3.5.0",
    ),
    _row(
        "mask",
        (
            Param((TYPED_STRING,), name="str"),
            _mask_param("X", "upperchar"),
            _mask_param("x", "lowerchar"),
            _mask_param("n", "digitchar"),
            _mask_param(None, "otherchar"),
        ),
        nullable=always_null,
        emit=by_kernel(masks),
        checks=(_check_mask,),
        doc="The text with upper-case letters, lower-case letters, digits and the rest replaced.",
        since="3.4.0",
    ),
    _row(
        "sentences",
        (t.STRING, optional(t.STRING, ""), optional(t.STRING, "")),
        result=_SENTENCES,
        nullable=always_null,
        emit=by_kernel(sentence_lists),
        doc="The words of each sentence of a text.",
        since="2.0.0",
    ),
    _utf8(
        "is_valid_utf8",
        utf8_checks,
        "Whether the text is valid UTF-8.",
        result=t.BOOLEAN,
        of_text=lambda value: case((is_not_null(value), true())),
    ),
    _utf8("make_valid_utf8", utf8_made, "The text with everything that is not UTF-8 replaced by U+FFFD."),
    _utf8("validate_utf8", utf8_validated, "The text itself, an error when it is not valid UTF-8."),
    _utf8("try_validate_utf8", utf8_tried, "The text itself, NULL when it is not valid UTF-8."),
)

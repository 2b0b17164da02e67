"""Text files as rows of lines: DuckDB's CSV reader with nothing to split on, or Python where DuckDB cannot decode.

A file is split at `\\n`, `\\r\\n` and `\\r` unless a separator is given. The reader is fast (1 GB/s and more on two
cores) and parallel, and keeps the order of lines within a file.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import itertools
import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from typing import IO, Any, Final

import pyarrow as pa
from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.functions.sql import Sql, column, false, func, ident, number, text
from hiveframe.lake.batch_stream import BatchStream
from hiveframe.lake.file_bytes import ends_alike, is_utf8
from hiveframe.lake.hadoop_blocks import open_blocks
from hiveframe.lake.partition_columns import PATH, partition_value, partitioned_select, reader_arguments
from hiveframe.lake.scan import ScanSource, reading_order, scan_column
from hiveframe.lake.table_function import call, path_list, select_from, struct_literal

LINE: Final = "__line"
"""The column that carries the text of a line (or record)."""

# A noncharacter: Unicode promises that no text interchanged holds it.
UNDECODED: Final = "\U0010fffe"
_NEVER: Final = "\U0010ffff"
_ANY_END: Final = "\r\n|\n|\r"
_MAX_LINE_BYTES: Final = 32_000_000
_BATCH_LINES: Final = 20_000
_NATIVE_SUFFIXES: Final = (".gz", ".zst")
_PYTHON_SUFFIXES: Final = (".bz2", ".xz", ".deflate", ".lzma", ".snappy", ".lz4")
_names = itertools.count()


@dataclass(frozen=True, slots=True)
class LineFormat:
    """How files become lines; `record` is a regular expression for records that may span lines.

    `rows` is an Arrow table of one text column that is read in the place of files. `mixed_ends` says that lines of
    one file end in different ways, which DuckDB's reader would take for empty lines.
    """

    encoding: str = "utf-8"
    separator: str | None = None
    whole_file: bool = False
    record: str | None = None
    rows: Any = None
    mixed_ends: bool = False
    marks_undecoded: bool = False  # a line that is not of the encoding begins with `UNDECODED`
    cut: Callable[[str, str], Iterator[str]] | None = None  # what cuts a file here, in Python

    @property
    def is_cut_here(self) -> bool:
        """Whether whole files are read and cut, and not streamed by DuckDB's reader."""
        usual = self.separator in (None, "\n", "\r", "\r\n") and not self.mixed_ends
        return self.whole_file or self.record is not None or not usual


@dataclass(frozen=True, slots=True)
class Lines:
    """A relation with `LINE`, the asked partition columns as `f<i>`, and `PATH` when asked."""

    select: exp.Select
    arrow: Mapping[str, Any] = field(default_factory=dict)


def read_lines(
    source: ScanSource,
    how: LineFormat,
    folders: Sequence[int] = (),
    *,
    with_path: bool = False,
    skip: Mapping[str, int] | None = None,
) -> Lines:
    """The lines of all files; `folders` are the partition positions wanted; `skip` drops first lines by path."""
    if how.rows is not None:
        return _given_lines(how.rows, with_path)
    groups: dict[tuple[int, str], list[str]] = {}
    for file in source.files:
        groups.setdefault(((skip or {}).get(file.path, 0), _reader_of(file.path, how)), []).append(file.path)
    parts: list[exp.Select] = []
    arrow: dict[str, Any] = {}
    for (skipped, reader), paths in groups.items():
        subset = replace(source, files=tuple(f for f in source.files if f.path in set(paths)))
        if reader == "python":
            part, registered = _python_lines(subset, how, folders, with_path, skipped)
            arrow.update(registered)
        elif reader == "cut":
            part = _split_files(subset, how, folders, with_path, skipped)
        else:
            part = _duck_lines(subset, how, folders, with_path, skipped)
        parts.append(part)
    select = parts[0]
    for other in parts[1:]:
        joined = exp.Union(this=select, expression=other, distinct=False)
        select = exp.Select(expressions=[exp.Star()]).from_(exp.Subquery(this=joined, alias=ident("__parts")))
    return Lines(select, arrow)


def _reader_of(path: str, how: LineFormat) -> str:
    """What reads a file: DuckDB's reader, its text functions (`cut`), or Python."""
    if how.cut is not None or how.encoding not in _DUCK_ENCODINGS or path.endswith(_PYTHON_SUFFIXES):
        return "python"
    if not path.endswith(_NATIVE_SUFFIXES):
        if how.encoding == "utf-8" and not is_utf8(path):
            return "python"
        if how.separator in ("\r", "\r\n") and not ends_alike(path, how.separator):
            return "cut"
    if not how.is_cut_here:
        return "duck"
    return "cut" if how.encoding == "utf-8" else "python"


def _given_lines(rows: Any, with_path: bool) -> Lines:
    name = f"__rows_{next(_names)}"
    outputs: list[tuple[str, Sql]] = [(LINE, func("coalesce", column(rows.schema.names[0]), text("")))]
    if with_path:
        outputs.append((PATH, text("")))
    return Lines(select_from(ident(name), outputs), {name: rows})


def _outputs(source: ScanSource, folders: Sequence[int], with_path: bool) -> list[tuple[str, Sql]]:
    outputs = [(scan_column(i), partition_value(source, i)) for i in folders]
    return [*outputs, (PATH, column(PATH))] if with_path else outputs


def _duck_lines(source: ScanSource, how: LineFormat, folders: Sequence[int], with_path: bool, skip: int) -> exp.Select:
    named = {
        "columns": struct_literal([(LINE, text("VARCHAR"))]),
        "auto_detect": false(),
        "header": false(),
        "delim": text(_NEVER),
        "quote": text(""),
        "escape": text(""),
        "strict_mode": false(),
        "max_line_size": number(_MAX_LINE_BYTES),
        "buffer_size": number(_MAX_LINE_BYTES),
        **reader_arguments(source, with_path),
    }
    if skip:
        named["skip"] = number(skip)
    if how.encoding != "utf-8":
        named["encoding"] = text(_DUCK_ENCODINGS[how.encoding])
    reader = call("read_csv", path_list(reading_order(source.files)), **named)
    line = func("coalesce", column(LINE), text(""))
    return partitioned_select(source, reader, [(LINE, line), *_outputs(source, folders, with_path)])


def _split_files(source: ScanSource, how: LineFormat, folders: Sequence[int], with_path: bool, skip: int) -> exp.Select:
    """Whole files, cut into records by DuckDB: any separator, or a regular expression of a record."""
    content = column("content")
    if how.whole_file:
        line: Sql = content
    else:
        cut = _records(content, how)
        line = func("unnest", func("list_slice", cut, number(skip + 1), number(-1)) if skip else cut)
    reader = call("read_text", path_list(reading_order(source.files)))
    renamed = exp.Select(expressions=[content.copy(), exp.Alias(this=column("filename"), alias=ident(PATH))]).from_(
        exp.Table(this=reader)
    )
    by_path = replace(source, hive_layout=False)
    table = exp.Subquery(this=renamed, alias=ident("__files"))
    return partitioned_select(by_path, table, [(LINE, line), *_outputs(by_path, folders, with_path)])


def _records(content: Sql, how: LineFormat) -> Sql:
    if how.record is not None:
        return func("regexp_extract_all", content, text(how.record), number(1))
    if how.separator is None:
        ended = func("regexp_replace", content, text(f"(?:{_ANY_END})$"), text(""))
        return func("string_split_regex", ended, text(_ANY_END))
    ended = func("regexp_replace", content, text("(?:" + re.escape(how.separator) + ")$"), text(""))
    return func("string_split", ended, text(how.separator))


def _python_lines(
    source: ScanSource, how: LineFormat, folders: Sequence[int], with_path: bool, skip: int
) -> tuple[exp.Select, dict[str, Any]]:
    """Lines decoded here, as an Arrow stream: encodings and compressions that DuckDB does not read."""
    name = f"__lines_{next(_names)}"
    schema = pa.schema([(LINE, pa.string()), (PATH, pa.string())])
    paths = [f.path for f in source.files]
    by_path = replace(source, hive_layout=False)
    outputs = [(LINE, column(LINE)), *_outputs(by_path, folders, with_path)]
    select = partitioned_select(by_path, ident(name), outputs)
    return select, {name: BatchStream(schema, lambda: _batches(paths, how, skip, schema))}


def _batches(paths: Sequence[str], how: LineFormat, skip: int, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for path in paths:
        found = itertools.islice(python_lines(path, how), skip, None)
        while lines := list(itertools.islice(found, _BATCH_LINES)):
            yield pa.record_batch([pa.array(lines, pa.string()), pa.array([path] * len(lines))], schema=schema)


def python_lines(path: str, how: LineFormat) -> Iterator[str]:
    """The lines of one file, read here: undecodable bytes become U+FFFD, as in Spark."""
    with open_binary(path) as raw:
        if how.cut is not None:
            yield from how.cut(raw.read().decode(_marked(path, how.encoding), "replace"), path)
            return
        if how.separator is not None and not how.whole_file and how.record is None:
            ends = _java_bytes(how.separator, how.encoding)
            pieces = raw.read().removesuffix(ends).split(ends)
            yield from (_decoded(piece, how.encoding) for piece in (pieces if pieces != [b""] else ()))
            return
        if how.whole_file or how.record is not None:
            content = raw.read().decode(_marked(path, how.encoding), "replace")
            yield from _cut(content, how)
            return
        for line in _byte_lines(raw):
            decoded = _decoded(line, how.encoding)
            is_odd = how.marks_undecoded and "\ufffd" in decoded and "\ufffd".encode() not in line
            yield UNDECODED + decoded if is_odd else decoded


def _marked(path: str, encoding: str) -> str:
    """The encoding; UTF-16 and UTF-32 without a byte order mark are big-endian, as in Java."""
    if encoding not in _MARKS:
        return encoding
    with open_binary(path) as raw:
        head = raw.read(4)
    return encoding if head.startswith(_MARKS[encoding]) else f"{encoding}-be"


_MARKS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}


def _cut(content: str, how: LineFormat) -> Iterator[str]:
    if how.whole_file:
        yield content
    elif how.record is not None:
        yield from (m.group(1) for m in re.finditer(how.record.replace(r"\z", r"\Z"), content))


def _byte_lines(raw: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, which is cut before it is decoded, whatever its encoding."""
    rest = b""
    while chunk := raw.read(1 << 20):
        whole = rest + chunk
        held = b"\r" if whole.endswith(b"\r") else b""
        lines = _BYTE_ENDS.split(whole[: len(whole) - len(held)])
        rest = lines.pop() + held
        yield from lines
    rest = rest.removesuffix(b"\r")
    if rest:
        yield rest


def _java_bytes(separator: str, encoding: str) -> bytes:
    """A line separator as Java encodes it: for UTF-16 with a byte order mark, which no line's end has."""
    if encoding == "utf-16":
        return codecs.BOM_UTF16_BE + separator.encode("utf-16-be")
    return separator.encode("utf-32-be" if encoding == "utf-32" else encoding)


def _decoded(line: bytes, encoding: str) -> str:
    """A line's text; without a byte order mark UTF-16 and UTF-32 are big-endian, as in Java."""
    marks = _MARKS.get(encoding)
    if marks is not None and not line.startswith(marks):
        encoding = f"{encoding}-be"
    return line.decode(encoding, "replace")


_BYTE_ENDS: Final = re.compile(b"\r\n|\n|\r")


def open_binary(path: str) -> IO[bytes]:
    """The file's bytes, decompressed by its suffix."""
    for suffix, opener in _OPENERS.items():
        if path.endswith(suffix):
            opened: IO[bytes] = opener(path)
            return opened
    return open(path, "rb")


def _open_zstd(path: str) -> Any:
    import zstandard

    return zstandard.open(path, "rb")


def _open_deflate(path: str) -> IO[bytes]:
    import io

    with open(path, "rb") as raw:
        return io.BytesIO(zlib.decompress(raw.read()))


_OPENERS: Final[Mapping[str, Callable[[str], Any]]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".lzma": lzma.open,
    ".zst": _open_zstd,
    ".deflate": _open_deflate,
    ".snappy": partial(open_blocks, codec="snappy"),
    ".lz4": partial(open_blocks, codec="lz4"),
}

_DUCK_ENCODINGS: Final[Mapping[str, str]] = {"utf-8": "utf-8", "iso-8859-1": "latin-1"}

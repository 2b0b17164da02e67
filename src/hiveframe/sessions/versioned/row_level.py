"""DELETE and UPDATE, and what MERGE shares with them: rows go out by their place in a file, new ones come in files.

The statement is turned into one query over the table (joined with MERGE's source) that says of each row it touches
where it is, what happens to it and what it becomes. The query runs once, into a file aside, so that an expression that
gives another value each time cannot tear a row apart; what it found is then taken out and put in, in one commit.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hiveframe.errors import analysis_error
from hiveframe.lake.file_metadata import file_address
from hiveframe.lake.options import Options
from hiveframe.lake.parquet_scan import opened
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.tables.row_numbers import united
from hiveframe.lake.tables.table import RowNumbers, Write
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructField
from hiveframe.sessions.commands.insert import check_assignable, default_value, stored
from hiveframe.sessions.commands.saving import save
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.explaining.parsed import expression_text
from hiveframe.sessions.results import SmallTable, column, small_table
from hiveframe.sessions.versioned.checks import checked
from hiveframe.sessions.versioned.computed import advanced, identities, with_recomputed
from hiveframe.sessions.versioned.fitting import as_planned, fitted, nullable_within
from hiveframe.sessions.versioned.opened import Opened
from hiveframe.sessions.versioned.storing import CHANGE_TYPE, add_changes, add_rows
from hiveframe.sessions.versioned.used_rows import reads_of
from hiveframe.sessions.versioned.whole_files import WholeFiles, whole_files
from hiveframe.settings import scratch_dir

FILE: Final = f"{spec.OWN_PREFIX}file"
ROW: Final = f"{spec.OWN_PREFIX}row"
ACTION: Final = f"{spec.OWN_PREFIX}action"
_INNER: Final = f"{spec.OWN_PREFIX}target"
_OLD: Final = f"{spec.OWN_PREFIX}old"
UPDATE, DELETE, INSERT = "update", "delete", "insert"
_ASIDE: Final = Options({"compression": "lz4_raw", "maxRecordsPerFile": "0"})
Assignments = Sequence[tuple[tuple[str, ...], spec.Expr]]


def delete(session: CommandSession, target: Opened, alias: str, condition: spec.Expr | None) -> SmallTable:
    """DELETE FROM: the rows for which the condition is true."""
    write = target.begin(session)
    if condition is None:
        counts = target.state.row_counts()
        count = _count(session, spec.OpenedSource(target.source(session))) if counts is None else sum(counts.values())
        write.remove_all()
        if count:
            write.commit("DELETE", {"predicate": []}, reads=True)
        return counted(("num_affected_rows", count))
    source = target.source(session)
    rows = located(target, source, alias)
    touched = spec.Filter(rows, condition)
    whole = whole_files(session, target, source, touched) or WholeFiles({}, source)
    if whole.rest is not None and write.wants_changes and write.copies_files:  # the feed has to be told row by row
        kept = [spec.Alias(spec.Attribute((alias, f.name)), (f.name,)) for f in fields_of(target)]
        action = spec.Alias(spec.Literal(DELETE, t.STRING), (ACTION,))
        plan = spec.Project(touched, (*kept, *old_columns(target, alias), passed_on(FILE), passed_on(ROW), action))
        changed = apply_plan(session, target, source, plan, "DELETE", {"predicate": noted(condition)})
        return counted(("num_affected_rows", changed[DELETE]))
    write.remove_files(list(whole.counts))
    count = whole.row_count
    if whole.rest is not None:
        found = _places(session, whole.rest, spec.Filter(located(target, whole.rest, alias), condition))
        take_out(session, target, whole.rest, write, found)
        count += sum(len(places) for places in found.values())
    if count:
        reads = reads_of(session, target, touched)
        write.commit("DELETE", {"predicate": noted(condition)}, reads=reads)
    return counted(("num_affected_rows", count))


def update(
    session: CommandSession, target: Opened, alias: str, assignments: Assignments, condition: spec.Expr | None
) -> SmallTable:
    """UPDATE: the columns set anew in the rows for which the condition is true."""
    source = target.source(session)
    rows = located(target, source, alias)
    touched = spec.Filter(rows, condition) if condition is not None else rows
    values = assigned(session, target, touched, assignments, alias, None)
    items = [spec.Alias(value, (f.name,)) for f, value in zip(fields_of(target), values, strict=True)]
    action = spec.Alias(spec.Literal(UPDATE, t.STRING), (ACTION,))
    plan = spec.Project(touched, (*items, *old_columns(target, alias), passed_on(FILE), passed_on(ROW), action))
    counts = apply_plan(session, target, source, plan, "UPDATE", {"predicate": noted(condition)})
    return counted(("num_affected_rows", counts[UPDATE]))


def take_out_where(session: CommandSession, target: Opened, write: Write, condition: spec.Expr) -> spec.Relation:
    """Stage that the rows go for which a condition is true; those rows."""
    source = target.source(session)
    touched = spec.Filter(located(target, source, "__target"), condition)
    take_out(session, target, source, write, _places(session, source, touched))
    return touched


# ------------------------------------------------------------------------------------------- rows and where they are


def located(target: Opened, source: ScanSource, alias: str) -> spec.Relation:
    """The table's rows under its name, with the columns that it will have, each with its file and its place in it."""
    inner = spec.SubqueryAlias(spec.OpenedSource(source), _INNER)  # a column may have the table's name
    path = spec.Alias(spec.Attribute((_INNER, "_metadata", "file_path")), (FILE,))
    row = spec.Alias(spec.Attribute((_INNER, "_metadata", "row_index")), (ROW,))
    columns: Sequence[spec.Expr] = (spec.Star((_INNER,)),)
    if target.planned is not None:
        columns = as_planned(target.state.definition.schema, target.planned.schema, _INNER)
    return spec.SubqueryAlias(spec.Project(inner, (*columns, path, row)), alias)


def take_out(
    session: CommandSession, target: Opened, source: ScanSource, write: Write, deleted: Mapping[str, RowNumbers]
) -> None:
    """Stage that rows go: by their places, or by writing anew what is left of their files."""
    if not write.copies_files:
        write.delete_rows(deleted)
        return
    touched = opened(source.restricted(set(deleted)))
    gone = {
        path: united(touched.detail.deleted[path], places) if path in touched.detail.deleted else places
        for path, places in deleted.items()
    }
    left = replace(touched, detail=replace(touched.detail, deleted=gone))
    if deleted:
        kept: spec.Relation = spec.OpenedSource(left)
        if target.planned is not None:
            columns = as_planned(target.state.definition.schema, target.planned.schema, "__left")
            kept = spec.Project(spec.SubqueryAlias(kept, "__left"), tuple(columns))
        add_rows(session, write, target.definition, kept)
        write.remove_files(list(deleted))


def _places(session: CommandSession, source: ScanSource, rows: spec.Relation) -> dict[str, RowNumbers]:
    """By a file's path, the places of the rows in it."""
    numbers = spec.Alias(spec.Function(("collect_list",), (spec.Attribute((ROW,)),)), ("rows",))
    grouped = spec.Aggregate(rows, (spec.Attribute((FILE,)),), (passed_on(FILE), numbers))
    found = session.compute(session.analyze(grouped))
    paths = {file_address(file.path): file.path for file in source.files}
    return {
        paths[address]: united(np.asarray(places.values))
        for address, places in zip(found.column(0).to_pylist(), _lists(found.column(1)), strict=True)
    }


def _lists(column: pa.ChunkedArray) -> Iterator[Any]:
    for chunk in column.chunks:
        yield from chunk


# ------------------------------------------------------------------------------------------------ what becomes of a r


def apply_plan(
    session: CommandSession,
    target: Opened,
    source: ScanSource,
    plan: spec.Relation,
    operation: str,
    parameters: Mapping[str, Any],
    *,
    repeats: bool = False,
) -> dict[str, int]:
    """Run the query aside, take out what it says, put in what it says; how many rows by action."""
    write = target.begin(session)
    with aside(session, plan) as found:
        counts = _counts(session, found)
        gone = spec.Filter(found, _is_in(UPDATE, DELETE))
        repeated = _most_repeated(session, gone)
        if repeated > 1 and not repeats:
            raise analysis_error("DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE")
        deleted = _places(session, source, gone)
        take_out(session, target, source, write, deleted)
        if repeats:
            counts[DELETE] = sum(len(rows) for rows in deleted.values())
        _put(session, target, write, found)
        if write.wants_changes:
            _put_changes(session, target, write, found)
        if any(counts.values()):
            write.commit(operation, parameters, reads=reads_of(session, target, plan))
    return counts


def _put(session: CommandSession, target: Opened, write: Write, found: spec.Relation) -> None:
    rows = _new_rows(session, target, found, UPDATE, INSERT)
    count = add_rows(session, write, target.definition, checked(session, target.definition, rows))
    if count and identities(target.definition):
        write.define(advanced(target.definition, count))


def _new_rows(session: CommandSession, target: Opened, found: spec.Relation, *actions: str) -> spec.Relation:
    """What the rows of these actions have become."""
    kept = spec.Filter(found, _is_in(*actions))
    items = tuple(spec.Alias(stored(by_name(f.name), f), (f.name,)) for f in fields_of(target))
    return with_recomputed(session, target.definition, spec.Project(kept, items))


def _put_changes(session: CommandSession, target: Opened, write: Write, found: spec.Relation) -> None:
    """The feed's rows: changed ones as they were and as they are, deleted and inserted ones."""
    kinds = (
        ("update_preimage", _old_rows(target, found, UPDATE)),
        ("update_postimage", _new_rows(session, target, found, UPDATE)),
        ("delete", _old_rows(target, found, DELETE)),
        ("insert", _new_rows(session, target, found, INSERT)),
    )
    _tell(session, target, write, kinds)


def tell_replaced(
    session: CommandSession, target: Opened, write: Write, old: spec.Relation, new: spec.Relation
) -> None:
    """The feed's rows of some that came in the place of others."""
    columns = tuple(spec.Alias(by_name(f.name), (f.name,)) for f in fields_of(target))
    _tell(session, target, write, (("delete", spec.Project(old, columns)), ("insert", spec.Project(new, columns))))


def _tell(session: CommandSession, target: Opened, write: Write, kinds: Sequence[tuple[str, spec.Relation]]) -> None:
    marked = [
        spec.WithColumns(rows, (spec.Alias(spec.Literal(kind, t.STRING), (CHANGE_TYPE,)),)) for kind, rows in kinds
    ]
    every: spec.Relation = marked[0]
    for other in marked[1:]:
        every = spec.SetOperation(every, other, "union", is_all=True)
    add_changes(session, write, target.definition, every)


def old_columns(target: Opened, alias: str) -> list[spec.Expr]:
    """The columns of a row as it was, for tables that keep a feed of changes."""
    if not target.begin().wants_changes:
        return []
    return [spec.Alias(spec.Attribute((alias, f.name)), (f"{_OLD}{i}",)) for i, f in enumerate(fields_of(target))]


def _old_rows(target: Opened, found: spec.Relation, action: str) -> spec.Relation:
    items = tuple(spec.Alias(by_name(f"{_OLD}{i}"), (f.name,)) for i, f in enumerate(fields_of(target)))
    return spec.Project(spec.Filter(found, _is_in(action)), items)


@contextmanager
def aside(session: CommandSession, plan: spec.Relation) -> Iterator[spec.Relation]:
    """The rows of a plan, computed once into files that go when they have been used."""
    os.makedirs(scratch_dir(), mode=0o700, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="changes-", dir=session.settings.get("spark.local.dir") or scratch_dir())
    try:
        target = os.path.join(folder, "rows")
        saved = save(session, plan, target, "parquet", how="replace", options=_ASIDE)
        yield spec.ReadSource("parquet", (target,), schema=saved.schema)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _counts(session: CommandSession, found: spec.Relation) -> dict[str, int]:
    counted = spec.Alias(spec.Function(("count",), (spec.Star(),)), ("n",))
    grouped = spec.Aggregate(found, (spec.Attribute((ACTION,)),), (passed_on(ACTION), counted))
    rows = session.compute(session.analyze(grouped)).to_pylist()
    return {UPDATE: 0, DELETE: 0, INSERT: 0, **{row[ACTION]: row["n"] for row in rows}}


def _count(session: CommandSession, rows: spec.Relation) -> int:
    counted = spec.Alias(spec.Function(("count",), (spec.Star(),)), ("n",))
    return int(session.compute(session.analyze(spec.Aggregate(rows, (), (counted,)))).column(0)[0].as_py())


def _most_repeated(session: CommandSession, gone: spec.Relation) -> int:
    keys = (spec.Attribute((FILE,)), spec.Attribute((ROW,)))
    counted = spec.Alias(spec.Function(("count",), (spec.Star(),)), ("n",))
    grouped = spec.Aggregate(gone, keys, (counted,))
    most = spec.Aggregate(grouped, (), (spec.Alias(spec.Function(("max",), (spec.Attribute(("n",)),)), ("n",)),))
    return int(session.compute(session.analyze(most)).column(0)[0].as_py() or 0)


def assigned(
    session: CommandSession,
    target: Opened,
    rows: spec.Relation,
    assignments: Assignments,
    alias: str,
    others: Mapping[str, spec.Expr] | None,
    *,
    keeps_fields: bool = False,
) -> list[spec.Expr]:
    """A value for each column: what is assigned to it, or `others` (None: the column as it is).

    `keeps_fields`: fields that an assigned struct lacks stay as they are.
    """
    given: dict[str, list[tuple[tuple[str, ...], spec.Expr]]] = {}
    known = {f.name.lower(): f for f in fields_of(target)}
    for name, value in assignments:
        is_qualified = len(name) > 1 and name[0].lower() == alias.lower()
        parts = name[1:] if is_qualified and (name[0].lower() not in known or name[1].lower() in known) else name
        f = known.get(parts[0].lower())
        if f is None:
            proposal = ", ".join(f"`{n.name}`" for n in known.values())
            shown = ".".join(f"`{p}`" for p in name)
            raise analysis_error("UNRESOLVED_COLUMN.WITH_SUGGESTION", objectName=shown, proposal=proposal)
        given.setdefault(f.name, []).append((parts[1:], value))
    values: list[spec.Expr] = []
    for f in fields_of(target):
        plain = spec.Attribute((alias, f.name)) if others is None else others.get(f.name)
        kept = plain if keeps_fields else None
        values.append(_new_value(session, rows, target, f, given.get(f.name, ()), plain, kept))
    return values


def _new_value(
    session: CommandSession,
    rows: spec.Relation,
    target: Opened,
    f: StructField,
    given: Sequence[tuple[tuple[str, ...], spec.Expr]],
    plain: spec.Expr | None,
    kept: spec.Expr | None,
) -> spec.Expr:
    whole = [value for path, value in given if not path]
    if len(whole) > 1 or (whole and len(given) > 1):
        raise analysis_error("UPDATE_CONFLICTING_ASSIGNMENTS", column=f"`{f.name}`")
    if whole:
        value = default_value(session, f) if isinstance(whole[0], spec.DefaultValue) else whole[0]
        value = _of_type(session, rows, target, f, value, kept)
        return spec.Cast(value, f.dtype) if not isinstance(f.dtype, (t.CharType, t.VarcharType)) else value
    if plain is None:
        return default_value(session, f)
    value = plain
    for path, part in given:
        value = _with_part(value, path, part)
    return spec.Cast(value, f.dtype) if given else value


def _with_part(value: spec.Expr, path: tuple[str, ...], part: spec.Expr) -> spec.Expr:
    """A struct with one field, however deep, set anew."""
    if len(path) == 1:
        return spec.UpdateFields(value, path[0], part)
    inner = spec.ExtractValue(value, spec.Literal(path[0], t.STRING))
    return spec.UpdateFields(value, path[0], _with_part(inner, path[1:], part))


def _of_type(
    session: CommandSession,
    rows: spec.Relation,
    target: Opened,
    f: StructField,
    value: spec.Expr,
    kept: spec.Expr | None,
) -> spec.Expr:
    """The value in the column's shape; an error where it may not be stored there."""
    given = schema_of(session.analyze(spec.Project(rows, (spec.Alias(value, (f.name,)),)))).fields[0]
    made, dtype = fitted(value, given.dtype, f.dtype, name=f.name, kept=kept)
    check_assignable(target.name, replace(given, dtype=dtype), f)
    return made


def fields_of(target: Opened) -> Sequence[StructField]:
    """The table's columns, as rows come to it: fields within may be NULL until they are checked."""
    return [nullable_within(f) for f in target.definition.schema.fields]


def by_name(name: str) -> spec.Attribute:
    """The column of that name."""
    return spec.Attribute((name,))


def passed_on(name: str) -> spec.Expr:
    """The column of that name, under it."""
    return spec.Alias(by_name(name), (name,))


def _is_in(*actions: str) -> spec.Expr:
    values = tuple(spec.Literal(a, t.STRING) for a in actions)
    return spec.Function(("in",), (by_name(ACTION), *values))


def counted(*counts: tuple[str, int]) -> SmallTable:
    """One row of counts."""
    return small_table([column(name, t.LONG, nullable=True) for name, _ in counts], [[n for _, n in counts]])


def noted(condition: spec.Expr | None) -> list[str]:
    """The condition as a commit notes it."""
    return [] if condition is None else [expression_text(condition)]

"""DELETE, UPDATE and MERGE on tables that keep versions: rows go out by their place in a file, new ones come in files.

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

from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error
from hiveframe.lake.file_metadata import file_address
from hiveframe.lake.options import Options
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.tables.row_numbers import united
from hiveframe.lake.tables.table import RowNumbers, Write
from hiveframe.plan import commands as c
from hiveframe.plan import spec, walk
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
from hiveframe.sessions.versioned.schema_merging import merged, merges_schema
from hiveframe.sessions.versioned.storing import CHANGE_TYPE, add_changes, add_rows
from hiveframe.sessions.versioned.used_rows import reads_of
from hiveframe.settings import scratch_dir

FILE: Final = f"{spec.OWN_PREFIX}file"
ROW: Final = f"{spec.OWN_PREFIX}row"
ACTION: Final = f"{spec.OWN_PREFIX}action"
_SOURCE: Final = f"{spec.OWN_PREFIX}source"
_OLD: Final = f"{spec.OWN_PREFIX}old"
_CLAUSE: Final = f"{spec.OWN_PREFIX}clause"
_UPDATE, _DELETE, _INSERT = "update", "delete", "insert"
Assignments = Sequence[tuple[tuple[str, ...], spec.Expr]]


def delete(session: CommandSession, target: Opened, alias: str, condition: spec.Expr | None) -> SmallTable:
    """DELETE FROM: the rows for which the condition is true."""
    write = target.begin(session)
    source = target.source(session)
    if condition is None:
        count = _count(session, spec.OpenedSource(source))
        write.remove_all()
        if count:
            write.commit("DELETE", {"predicate": []}, reads=True)
        return _counted(("num_affected_rows", count))
    rows = _located(target, source, alias)
    touched = spec.Filter(rows, condition)
    if write.wants_changes and write.copies_files:
        kept = [spec.Alias(spec.Attribute((alias, f.name)), (f.name,)) for f in _fields(target)]
        action = spec.Alias(spec.Literal(_DELETE, t.STRING), (ACTION,))
        plan = spec.Project(touched, (*kept, *_before(target, alias), _named(FILE), _named(ROW), action))
        counts = _apply(session, target, source, plan, "DELETE", {"predicate": _predicates(condition)})
        return _counted(("num_affected_rows", counts[_DELETE]))
    found = _places(session, source, touched)
    take_out(session, target, source, write, found)
    count = sum(len(places) for places in found.values())
    if count:
        reads = reads_of(session, target, touched)
        write.commit("DELETE", {"predicate": _predicates(condition)}, reads=reads)
    return _counted(("num_affected_rows", count))


def update(
    session: CommandSession, target: Opened, alias: str, assignments: Assignments, condition: spec.Expr | None
) -> SmallTable:
    """UPDATE: the columns set anew in the rows for which the condition is true."""
    source = target.source(session)
    rows = _located(target, source, alias)
    touched = spec.Filter(rows, condition) if condition is not None else rows
    values = _assigned(session, target, touched, assignments, alias, None)
    items = [spec.Alias(value, (f.name,)) for f, value in zip(_fields(target), values, strict=True)]
    action = spec.Alias(spec.Literal(_UPDATE, t.STRING), (ACTION,))
    plan = spec.Project(touched, (*items, *_before(target, alias), _named(FILE), _named(ROW), action))
    counts = _apply(session, target, source, plan, "UPDATE", {"predicate": _predicates(condition)})
    return _counted(("num_affected_rows", counts[_UPDATE]))


def merge(session: CommandSession, target: Opened, command: c.Merge, alias: str) -> SmallTable:
    """MERGE INTO: matched rows updated or deleted, the source's others inserted, the table's others changed."""
    if command.with_schema_evolution or merges_schema(Options(), session.settings):
        target = _evolved(session, target, command, alias)
    source = target.source(session)
    plan = _Merge(session, target, source, command, alias).plan()
    parameters = {"predicate": _predicates(command.condition)}
    counts = _apply(session, target, source, plan, "MERGE", parameters, repeats=_may_repeat(command.actions))
    return _counted(
        ("num_affected_rows", sum(counts.values())),
        ("num_updated_rows", counts[_UPDATE]),
        ("num_deleted_rows", counts[_DELETE]),
        ("num_inserted_rows", counts[_INSERT]),
    )


def _evolved(session: CommandSession, target: Opened, command: c.Merge, alias: str) -> Opened:
    """The table with what the source has more in the columns that clauses set: in all of them where one says `*`."""
    set_by_name: set[str] = set()
    sets_all = False
    for action in command.actions:
        sets_all = sets_all or action.kind.endswith("_all")
        parts = (
            name[1:] if len(name) > 1 and name[0].lower() == alias.lower() else name for name, _ in action.assignments
        )
        set_by_name |= {name[0].lower() for name in parts}
    given = schema_of(session.analyze(command.source))
    planned = merged(target.definition, given, None if sets_all else set_by_name)
    return target if planned is target.definition else replace(target, planned=planned)


def _may_repeat(actions: Sequence[c.MergeAction]) -> bool:
    """Whether a row may match twice: when all that can happen to it is that it goes."""
    matched = [a for a in actions if a.when == "matched"]
    return len(matched) == 1 and matched[0].kind == "delete" and matched[0].condition is None


def take_out_where(session: CommandSession, target: Opened, write: Write, condition: spec.Expr) -> spec.Relation:
    """Stage that the rows go for which a condition is true; those rows."""
    source = target.source(session)
    touched = spec.Filter(_located(target, source, "__target"), condition)
    take_out(session, target, source, write, _places(session, source, touched))
    return touched


# ------------------------------------------------------------------------------------------- rows and where they are


def _located(target: Opened, source: ScanSource, alias: str) -> spec.Relation:
    """The table's rows under its name, with the columns that it will have, each with its file and its place in it."""
    inner = spec.SubqueryAlias(spec.OpenedSource(source), alias)
    path = spec.Alias(spec.Attribute((alias, "_metadata", "file_path")), (FILE,))
    row = spec.Alias(spec.Attribute((alias, "_metadata", "row_index")), (ROW,))
    columns: Sequence[spec.Expr] = (spec.Star((alias,)),)
    if target.planned is not None:
        columns = as_planned(target.state.definition.schema, target.planned.schema, alias)
    return spec.SubqueryAlias(spec.Project(inner, (*columns, path, row)), alias)


def take_out(
    session: CommandSession, target: Opened, source: ScanSource, write: Write, deleted: Mapping[str, RowNumbers]
) -> None:
    """Stage that rows go: by their places, or by writing anew what is left of their files."""
    if not write.copies_files:
        write.delete_rows(deleted)
        return
    touched = source.restricted(set(deleted))
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
    grouped = spec.Aggregate(rows, (spec.Attribute((FILE,)),), (_named(FILE), numbers))
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


def _apply(
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
        gone = spec.Filter(found, _is_in(_UPDATE, _DELETE))
        repeated = _most_repeated(session, gone)
        if repeated > 1 and not repeats:
            raise analysis_error("DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE")
        deleted = _places(session, source, gone)
        take_out(session, target, source, write, deleted)
        if repeats:
            counts[_DELETE] = sum(len(rows) for rows in deleted.values())
        _put(session, target, write, found)
        if write.wants_changes:
            _put_changes(session, target, write, found)
        if any(counts.values()):
            write.commit(operation, parameters, reads=reads_of(session, target, plan))
    return counts


def _put(session: CommandSession, target: Opened, write: Write, found: spec.Relation) -> None:
    rows = _new_rows(session, target, found, _UPDATE, _INSERT)
    count = add_rows(session, write, target.definition, checked(session, target.definition, rows))
    if count and identities(target.definition):
        write.define(advanced(target.definition, count))


def _new_rows(session: CommandSession, target: Opened, found: spec.Relation, *actions: str) -> spec.Relation:
    """What the rows of these actions have become."""
    kept = spec.Filter(found, _is_in(*actions))
    items = tuple(spec.Alias(stored(_column(f.name), f), (f.name,)) for f in _fields(target))
    return with_recomputed(session, target.definition, spec.Project(kept, items))


def _put_changes(session: CommandSession, target: Opened, write: Write, found: spec.Relation) -> None:
    """The feed's rows: changed ones as they were and as they are, deleted and inserted ones."""
    kinds = (
        ("update_preimage", _old_rows(target, found, _UPDATE)),
        ("update_postimage", _new_rows(session, target, found, _UPDATE)),
        ("delete", _old_rows(target, found, _DELETE)),
        ("insert", _new_rows(session, target, found, _INSERT)),
    )
    _tell(session, target, write, kinds)


def tell_replaced(
    session: CommandSession, target: Opened, write: Write, old: spec.Relation, new: spec.Relation
) -> None:
    """The feed's rows of some that came in the place of others."""
    columns = tuple(spec.Alias(_column(f.name), (f.name,)) for f in _fields(target))
    _tell(session, target, write, (("delete", spec.Project(old, columns)), ("insert", spec.Project(new, columns))))


def _tell(session: CommandSession, target: Opened, write: Write, kinds: Sequence[tuple[str, spec.Relation]]) -> None:
    marked = [
        spec.WithColumns(rows, (spec.Alias(spec.Literal(kind, t.STRING), (CHANGE_TYPE,)),)) for kind, rows in kinds
    ]
    every: spec.Relation = marked[0]
    for other in marked[1:]:
        every = spec.SetOperation(every, other, "union", is_all=True)
    add_changes(session, write, target.definition, every)


def _before(target: Opened, alias: str) -> list[spec.Expr]:
    """The columns of a row as it was, for tables that keep a feed of changes."""
    if not target.begin().wants_changes:
        return []
    return [spec.Alias(spec.Attribute((alias, f.name)), (f"{_OLD}{i}",)) for i, f in enumerate(_fields(target))]


def _old_rows(target: Opened, found: spec.Relation, action: str) -> spec.Relation:
    items = tuple(spec.Alias(_column(f"{_OLD}{i}"), (f.name,)) for i, f in enumerate(_fields(target)))
    return spec.Project(spec.Filter(found, _is_in(action)), items)


@contextmanager
def aside(session: CommandSession, plan: spec.Relation) -> Iterator[spec.Relation]:
    """The rows of a plan, computed once into files that go when they have been used."""
    os.makedirs(scratch_dir(), mode=0o700, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="changes-", dir=session.settings.get("spark.local.dir") or scratch_dir())
    try:
        target = os.path.join(folder, "rows")
        saved = save(session, plan, target, "parquet", how="replace", options=Options({"compression": "lz4_raw"}))
        yield spec.ReadSource("parquet", (target,), schema=saved.schema)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _counts(session: CommandSession, found: spec.Relation) -> dict[str, int]:
    counted = spec.Alias(spec.Function(("count",), (spec.Star(),)), ("n",))
    grouped = spec.Aggregate(found, (spec.Attribute((ACTION,)),), (_named(ACTION), counted))
    rows = session.compute(session.analyze(grouped)).to_pylist()
    return {_UPDATE: 0, _DELETE: 0, _INSERT: 0, **{row[ACTION]: row["n"] for row in rows}}


def _count(session: CommandSession, rows: spec.Relation) -> int:
    counted = spec.Alias(spec.Function(("count",), (spec.Star(),)), ("n",))
    return int(session.compute(session.analyze(spec.Aggregate(rows, (), (counted,)))).column(0)[0].as_py())


def _most_repeated(session: CommandSession, gone: spec.Relation) -> int:
    keys = (spec.Attribute((FILE,)), spec.Attribute((ROW,)))
    counted = spec.Alias(spec.Function(("count",), (spec.Star(),)), ("n",))
    grouped = spec.Aggregate(gone, keys, (counted,))
    most = spec.Aggregate(grouped, (), (spec.Alias(spec.Function(("max",), (spec.Attribute(("n",)),)), ("n",)),))
    return int(session.compute(session.analyze(most)).column(0)[0].as_py() or 0)


def _assigned(
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
    known = {f.name.lower(): f for f in _fields(target)}
    for name, value in assignments:
        parts = (
            name[1:] if len(name) > 1 and name[0].lower() == alias.lower() and name[0].lower() not in known else name
        )
        f = known.get(parts[0].lower())
        if f is None:
            proposal = ", ".join(f"`{n.name}`" for n in known.values())
            shown = ".".join(f"`{p}`" for p in name)
            raise analysis_error("UNRESOLVED_COLUMN.WITH_SUGGESTION", objectName=shown, proposal=proposal)
        given.setdefault(f.name, []).append((parts[1:], value))
    values: list[spec.Expr] = []
    for f in _fields(target):
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


def _fields(target: Opened) -> Sequence[StructField]:
    return [nullable_within(f) for f in target.definition.schema.fields]


def _column(name: str) -> spec.Attribute:
    return spec.Attribute((name,))


def _named(name: str) -> spec.Expr:
    return spec.Alias(_column(name), (name,))


def _is_in(*actions: str) -> spec.Expr:
    values = tuple(spec.Literal(a, t.STRING) for a in actions)
    return spec.Function(("in",), (_column(ACTION), *values))


def _counted(*counts: tuple[str, int]) -> SmallTable:
    return small_table([column(name, t.LONG, nullable=True) for name, _ in counts], [[n for _, n in counts]])


def _predicates(condition: spec.Expr | None) -> list[str]:
    """The condition as a commit notes it."""
    return [] if condition is None else [expression_text(condition)]


# ---------------------------------------------------------------------------------------------------------------- MERGE


@dataclass(frozen=True, slots=True, eq=False)
class _Merge:
    """MERGE as one query: the join that it needs, and of each of its rows what becomes of it."""

    session: CommandSession
    target: Opened
    rows: ScanSource
    command: c.Merge
    alias: str

    def plan(self) -> spec.Relation:
        """Columns, place and action of each row that changes."""
        source, source_alias = self._source()
        kinds = {a.when for a in self.command.actions}
        left, right = _located(self.target, self.rows, self.alias), source
        kind = "inner"
        if kinds >= {"not_matched", "not_matched_by_source"}:
            kind = "full"
        elif "not_matched" in kinds:
            kind = "right"
        elif "not_matched_by_source" in kinds:
            kind = "left"
        joined = spec.Join(left, right, kind, self.command.condition)
        in_target = spec.Function(("isnotnull",), (_column(ROW),))
        in_source = spec.Function(("isnotnull",), (_column(_SOURCE),))
        here = {
            "matched": spec.Function(("and",), (in_target, in_source)),
            "not_matched": spec.Function(("not",), (in_target,)),
            "not_matched_by_source": spec.Function(("not",), (in_source,)),
        }
        branches: list[tuple[spec.Expr, str, list[spec.Expr]]] = []
        for action in self.command.actions:
            fitted = self._own_side(action, source_alias, source)
            condition = here[action.when]
            if fitted.condition is not None:
                condition = spec.Function(("and",), (condition, fitted.condition))
            branches.append(
                (condition, fitted.kind.removesuffix("_all"), self._values(fitted, joined, source, source_alias))
            )
        return self._chosen(joined, branches)

    def _source(self) -> tuple[spec.Relation, str]:
        """The source under a name by which its columns can be told from the table's, with a mark in each row."""
        source = self.command.source
        match source:
            case spec.SubqueryAlias(name=name):
                alias = name
            case spec.Table(name=spec.TableName(parts=parts)) if parts:
                alias = parts[-1]
            case _:
                alias = _SOURCE
                source = spec.SubqueryAlias(source, alias)
        mark = spec.Alias(spec.Literal(True, t.BOOLEAN), (_SOURCE,))
        return spec.WithColumns(source, (mark,)), alias

    def _own_side(self, action: c.MergeAction, source_alias: str, source: spec.Relation) -> c.MergeAction:
        """The clause with bare names qualified, where only one side can be meant."""
        if action.when == "matched":
            return action
        if action.when == "not_matched":
            alias, names = source_alias, {f.name.lower() for f in schema_of(self.session.analyze(source)).fields}
        else:
            alias, names = self.alias, {f.name.lower() for f in _fields(self.target)}

        def qualified(e: Any) -> Any:
            bare = isinstance(e, spec.Attribute) and e.plan_id is None and e.parts[0].lower() in names
            if not bare or (len(e.parts) > 1 and e.parts[0].lower() == alias.lower()):
                return e
            return spec.Attribute((alias, *e.parts), origin=e.origin)

        def own(e: spec.Expr) -> spec.Expr:
            made: spec.Expr = walk.rewrite_up(e, spec.Expr, qualified)
            return made

        condition = own(action.condition) if action.condition is not None else None
        return c.MergeAction(action.when, action.kind, condition, tuple((n, own(v)) for n, v in action.assignments))

    def _values(
        self, action: c.MergeAction, joined: spec.Relation, source: spec.Relation, source_alias: str
    ) -> list[spec.Expr]:
        """The row's columns after the clause."""
        fields = _fields(self.target)
        match action.kind:
            case "delete":
                return [spec.Cast(spec.Literal(None, t.NULL), f.dtype) for f in fields]
            case "update_all" | "insert_all":
                names = {f.name.lower(): f.name for f in schema_of(self.session.analyze(source)).fields}
                evolves = self.command.with_schema_evolution or merges_schema(Options(), self.session.settings)
                chosen = [f for f in fields if f.name.lower() in names or not evolves]
                given = [((f.name,), spec.Attribute((source_alias, self._of_source(names, f)))) for f in chosen]
                keeps: Mapping[str, spec.Expr] | None = None if action.kind == "update_all" and evolves else {}
                return _assigned(
                    self.session, self.target, joined, given, self.alias, keeps, keeps_fields=keeps is None
                )
            case "insert":
                return _assigned(self.session, self.target, joined, action.assignments, self.alias, {})
        return _assigned(self.session, self.target, joined, action.assignments, self.alias, None)

    def _of_source(self, names: Mapping[str, str], f: StructField) -> str:
        found = names.get(f.name.lower())
        if found is None:
            proposal = ", ".join(f"`{n}`" for n in names.values() if n != _SOURCE)
            raise analysis_error("UNRESOLVED_COLUMN.WITH_SUGGESTION", objectName=f"`{f.name}`", proposal=proposal)
        return found

    def _chosen(
        self, joined: spec.Relation, branches: Sequence[tuple[spec.Expr, str, list[spec.Expr]]]
    ) -> spec.Relation:
        """One CASE that picks a row's clause, then one for each column."""
        picked: list[spec.Expr] = []
        for number, (condition, _, _) in enumerate(branches):
            picked += [condition, spec.Literal(number, t.INT)]
        clause = spec.Alias(spec.Function(("when",), tuple(picked)), (_CLAUSE,))
        numbered = spec.Filter(spec.WithColumns(joined, (clause,)), spec.Function(("isnotnull",), (_column(_CLAUSE),)))

        def by_clause(values: Sequence[spec.Expr]) -> spec.Expr:
            parts: list[spec.Expr] = []
            for number, value in enumerate(values):
                parts += [spec.Function(("=",), (_column(_CLAUSE), spec.Literal(number, t.INT))), value]
            return spec.Function(("when",), tuple(parts))

        items: list[spec.Expr] = []
        for i, f in enumerate(_fields(self.target)):
            items.append(spec.Alias(by_clause([values[i] for _, _, values in branches]), (f.name,)))
        actions = by_clause([spec.Literal(kind, t.STRING) for _, kind, _ in branches])
        before = _before(self.target, self.alias)
        return spec.Project(numbered, (*items, *before, _named(FILE), _named(ROW), spec.Alias(actions, (ACTION,))))

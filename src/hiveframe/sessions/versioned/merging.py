"""MERGE as one query: the join that it needs, and of each of its rows what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error
from hiveframe.lake.options import Options
from hiveframe.lake.scan import ScanSource
from hiveframe.plan import commands as c
from hiveframe.plan import spec, walk
from hiveframe.plan import types as t
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructField
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.results import SmallTable
from hiveframe.sessions.versioned.opened import Opened
from hiveframe.sessions.versioned.row_level import (
    ACTION,
    DELETE,
    FILE,
    INSERT,
    ROW,
    UPDATE,
    apply_plan,
    assigned,
    by_name,
    counted,
    fields_of,
    located,
    noted,
    old_columns,
    passed_on,
)
from hiveframe.sessions.versioned.schema_merging import merged, merges_schema

_SOURCE: Final = f"{spec.OWN_PREFIX}source"
_CLAUSE: Final = f"{spec.OWN_PREFIX}clause"


def merge(session: CommandSession, target: Opened, command: c.Merge, alias: str) -> SmallTable:
    """MERGE INTO: matched rows updated or deleted, the source's others inserted, the table's others changed."""
    if command.with_schema_evolution or merges_schema(Options(), session.settings):
        target = _evolved(session, target, command, alias)
    source = target.source(session)
    plan = _Merge(session, target, source, command, alias).plan()
    parameters = {"predicate": noted(command.condition)}
    counts = apply_plan(session, target, source, plan, "MERGE", parameters, repeats=_may_repeat(command.actions))
    return counted(
        ("num_affected_rows", sum(counts.values())),
        ("num_updated_rows", counts[UPDATE]),
        ("num_deleted_rows", counts[DELETE]),
        ("num_inserted_rows", counts[INSERT]),
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
        left, right = located(self.target, self.rows, self.alias), source
        kind = "inner"
        if kinds >= {"not_matched", "not_matched_by_source"}:
            kind = "full"
        elif "not_matched" in kinds:
            kind = "right"
        elif "not_matched_by_source" in kinds:
            kind = "left"
        joined = spec.Join(left, right, kind, self.command.condition)
        in_target = spec.Function(("isnotnull",), (by_name(ROW),))
        in_source = spec.Function(("isnotnull",), (by_name(_SOURCE),))
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
            alias, names = self.alias, {f.name.lower() for f in fields_of(self.target)}

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
        fields = fields_of(self.target)
        match action.kind:
            case "delete":
                return [spec.Cast(spec.Literal(None, t.NULL), f.dtype) for f in fields]
            case "update_all" | "insert_all":
                names = {f.name.lower(): f.name for f in schema_of(self.session.analyze(source)).fields}
                evolves = self.command.with_schema_evolution or merges_schema(Options(), self.session.settings)
                chosen = [f for f in fields if f.name.lower() in names or not evolves]
                given = [((f.name,), spec.Attribute((source_alias, self._of_source(names, f)))) for f in chosen]
                keeps: Mapping[str, spec.Expr] | None = None if action.kind == "update_all" and evolves else {}
                return assigned(self.session, self.target, joined, given, self.alias, keeps, keeps_fields=keeps is None)
            case "insert":
                return assigned(self.session, self.target, joined, action.assignments, self.alias, {})
        return assigned(self.session, self.target, joined, action.assignments, self.alias, None)

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
        numbered = spec.Filter(spec.WithColumns(joined, (clause,)), spec.Function(("isnotnull",), (by_name(_CLAUSE),)))

        def by_clause(values: Sequence[spec.Expr]) -> spec.Expr:
            parts: list[spec.Expr] = []
            for number, value in enumerate(values):
                parts += [spec.Function(("=",), (by_name(_CLAUSE), spec.Literal(number, t.INT))), value]
            return spec.Function(("when",), tuple(parts))

        items: list[spec.Expr] = []
        for i, f in enumerate(fields_of(self.target)):
            items.append(spec.Alias(by_clause([values[i] for _, _, values in branches]), (f.name,)))
        actions = by_clause([spec.Literal(kind, t.STRING) for _, kind, _ in branches])
        items += [*old_columns(self.target, self.alias), passed_on(FILE), passed_on(ROW)]
        return spec.Project(numbered, (*items, spec.Alias(actions, (ACTION,))))

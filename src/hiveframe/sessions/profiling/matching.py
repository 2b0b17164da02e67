"""Which of the plan's scans a scan of the engine is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from hiveframe.dataclass import dataclass
from hiveframe.engine.profiling import EngineOperator
from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.costs import SUBQUERIES, those_of
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.rules.merge_filters import conjuncts
from hiveframe.plan import logical as lg
from hiveframe.plan.walk import preorder
from hiveframe.sessions.profiling.engine_texts import ids_in

HOT_COLUMNS: Final = "kept.main.columns_"
"""What the names of its tables of hot columns begin with in the engine's profiles."""

_OWN: Final = "__"  # columns of HiveFrame's own, such as a row's file


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A plan's scans and groupings, its columns' names by id, and its conditions with the ids that they name."""

    scans: tuple[lg.Scan, ...]
    names: Mapping[int, str]
    conditions: tuple[tuple[frozenset[int], lg.Expr], ...]
    aggregates: tuple[lg.Aggregate, ...]
    ranges: tuple[lg.Range, ...]
    references: tuple[lg.CteRef, ...]

    def aggregate(self, count: int, named: set[int]) -> lg.Aggregate | None:
        """The only grouping by so many keys that are, or are made of, these columns; None of several, or none."""
        alike = [a for a in self.aggregates if len(a.keys) == count]
        found = [a for a in alike if named in (_key_columns(a), {k.column.id for k in a.keys})]
        return found[0] if len(found) == 1 else None

    def on(self, columns: set[int]) -> list[lg.Expr]:
        """The conditions that name some of these columns and no other."""
        return [e for ids, e in self.conditions if ids and ids <= columns]

    def naming(self, columns: set[int]) -> list[lg.Expr]:
        """The conditions that name just these columns."""
        return [e for ids, e in self.conditions if ids == columns]


def known_of(plan: lg.Relation) -> Known:
    """What a plan, its subqueries included, has of scans, columns and conditions."""
    scans: list[lg.Scan] = []
    names: dict[int, str] = {}
    conditions: list[tuple[frozenset[int], lg.Expr]] = []
    aggregates: list[lg.Aggregate] = []
    ranges: list[lg.Range] = []
    references: list[lg.CteRef] = []
    pending, seen = [plan], set[int]()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        names |= {c.id: c.name for c in node.output}
        match node:
            case lg.Scan(source=ScanSource()):
                scans.append(node)
            case lg.CteRef():
                references.append(node)
            case lg.Range():
                ranges.append(node)
            case lg.Aggregate():
                aggregates.append(node)
            case lg.Filter(condition=condition):
                conditions += map(_with_ids, conjuncts(condition))
            case lg.Join(kind="inner" | "cross" | "semi", condition=lg.Expr() as condition):
                conditions += map(_with_ids, conjuncts(condition))
        pending += inputs(node)
        pending += [e.plan for e in those_of(expressions(node), SUBQUERIES)]
    return Known(tuple(scans), names, tuple(conditions), tuple(aggregates), tuple(ranges), tuple(references))


def _key_columns(node: lg.Aggregate) -> set[int]:
    return {n.id for k in node.keys for n in preorder(k.expr, lg.Expr) if isinstance(n, lg.Column)}


def file_counts(before: lg.Relation, known: Known) -> dict[int, int]:
    """How many files each of an optimised plan's scans found, by its `id()`: as many as in the plan `before`."""
    counts = {c.id: len(s.source.files) for s in known_of(before).scans for c in s.output}
    found = ((s, next((counts[c.id] for c in s.output if c.id in counts), None)) for s in known.scans)
    return {id(s): count for s, count in found if count is not None}


def _with_ids(e: lg.Expr) -> tuple[frozenset[int], lg.Expr]:
    return frozenset(n.id for n in preorder(e, lg.Expr) if isinstance(n, lg.Column)), e


def matched(operator: EngineOperator, above: Sequence[EngineOperator], known: Known) -> lg.Scan | None:
    """The plan's scan of the same files and columns; of several the one whose columns are named soonest above."""
    paths = operator.info.get("Filename(s)", ())
    if not paths and not operator.first("Table").startswith(HOT_COLUMNS):
        return None
    named = (name.strip('"').lower() for name in operator.info.get("Projections", ()))
    read = {name for name in named if not name.startswith(_OWN)}
    fitting = [s for s in known.scans if _reads(s, paths) and read <= _columns(s)]
    if not fitting:
        return None
    least = min(len(_columns(s) - read - _filtered(operator)) for s in fitting)
    fitting = [s for s in fitting if len(_columns(s) - read - _filtered(operator)) == least]
    return _soonest_named(fitting, above)


def matched_range(above: Sequence[EngineOperator], known: Known) -> lg.Range | None:
    """The plan's range that is named soonest above."""
    return _soonest_named(known.ranges, above) if known.ranges else None


def matched_reference(above: Sequence[EngineOperator], known: Known) -> lg.CteRef | None:
    """The plan's use of a WITH that is named soonest above."""
    return _soonest_named(known.references, above) if known.references else None


N = TypeVar("N", bound=lg.Relation)


def _soonest_named(nodes: Sequence[N], above: Sequence[EngineOperator]) -> N:
    for ancestor in above:
        mentioned = ids_in([text for texts in ancestor.info.values() for text in texts])
        found = [node for node in nodes if mentioned & {c.id for c in node.output}]
        if found:
            return found[0]
    return nodes[0]


def reduced(operator: EngineOperator, above: Sequence[EngineOperator], known: Known) -> set[int]:
    """The `id()`s of a scan and of what is above it up to the join from which the last of its filters came.

    Filters come from joins while they run, and from what the engine knows of the other side's bounds.
    """
    scan = matched(operator, above, known)
    columns = {c.name.lower(): c.id for c in scan.output} if scan is not None else {}
    furthest = -1
    for text in operator.info.get("Dynamic Filters", ()):
        own = {columns[word] for word in _words([text]) if word in columns}
        furthest = max(furthest, _place(above, ids_in([text])) if ids_in([text]) else _place(above, own))
    is_derived = scan is not None and not known.on({c.id for c in scan.output})
    if is_derived and operator.filters:
        own = {columns[word] for word in _filtered(operator) if word in columns}
        furthest = max(furthest, _place(above, own))
    return {id(operator), *(id(node) for node in above[:furthest])} if furthest >= 0 else set()


def _place(above: Sequence[EngineOperator], ids: set[int]) -> int:
    """How far up the nearest join is that names one of the columns; the nearest join at all where none does."""
    joins = [i for i, node in enumerate(above) if "Join Type" in node.info]
    naming = [i for i in joins if ids & ids_in(above[i].info.get("Conditions", ()))]
    return (naming or joins or [0])[0]


def _reads(scan: lg.Scan, paths: Sequence[str]) -> bool:
    """Whether it may read these files; of many files, and of columns kept in memory, the engine tells no paths."""
    if not paths:
        return True
    return any(f.path in text for f in scan.source.files for text in paths)


def _columns(scan: lg.Scan) -> set[str]:
    fields = scan.source.schema.fields
    return {fields[p].name.lower() for p in scan.positions if p >= 0}


def _filtered(operator: EngineOperator) -> set[str]:
    """Names that occur in a scan's filters, as far as they can be told from other words."""
    return _words((*operator.filters, *operator.info.get("Dynamic Filters", ())))


def _words(texts: Sequence[str]) -> set[str]:
    spaced = " ".join(texts).replace("(", " ").replace(")", " ").replace(",", " ")
    return {word.strip('"').lower() for word in spaced.split()}

"""The five modes of EXPLAIN."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from hiveframe.cache.rows import KeptRows
from hiveframe.dataclass import dataclass
from hiveframe.engine.compiled import compile_plan
from hiveframe.engine.process import database
from hiveframe.optimizer.adaptive.choosing import FirstPart
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.rules.prune_files import Evaluate
from hiveframe.optimizer.statistics import StatisticsOf, estimates
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import simple_string
from hiveframe.sessions.explaining.logical import Shown, logical_tree
from hiveframe.sessions.explaining.parsed import parsed_tree
from hiveframe.sessions.explaining.physical import formatted_tree, operator, physical_line, physical_tree
from hiveframe.sessions.explaining.sizes import shown_size
from hiveframe.sessions.profiling.profile import VERSION
from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True)
class Explained:
    """A plan in its stages; `shown` writes an expression, `kept` are its rows where the cache has them.

    `statistics` and `evaluate` are for estimates: what is known of a source, and the value of a constant. `first` are
    parts of the plan that a run would begin with.
    """

    parsed: spec.Relation
    analyzed: lg.Relation
    optimized: lg.Relation
    settings: Settings
    shown: Shown
    statistics: StatisticsOf
    evaluate: Evaluate
    kept: KeptRows | None = None
    first: Sequence[FirstPart] = ()

    def text(self, mode: str) -> str:
        """The plan in one of Spark's modes (simple, extended, codegen, cost, formatted), or as JSON."""
        modes: dict[str, Callable[[], str]] = {
            "extended": self._extended,
            "codegen": self._codegen,
            "cost": self._cost,
            "json": self._json,
            "formatted": lambda: f"== Physical Plan ==\n{formatted_tree(self.optimized, self.shown)}\n",
        }
        made = modes.get(mode, lambda: self._physical() + "\n")()
        return made if mode == "json" else made + self._first() + self._result()

    def _first(self) -> str:
        """What would be run before the rest, and which columns are then told of its keys."""
        told = []
        for part in self.first:
            keys = dict.fromkeys(f"{own.name}#{own.id} = {other.name}#{other.id}" for own, _, other in part.told)
            told.append(f"Keys [{', '.join(keys)}]\n{physical_tree(part.plan, self.shown)}\n")
        return "".join(("== Run First ==\n", *told)) if told else ""

    def _result(self) -> str:
        """What is said of rows that need no run."""
        if self.kept is None:
            return ""
        rows, size, seconds = self.kept.row_count, self.kept.size_bytes, self.kept.cost_s
        return f"== Cached Result ==\n{rows} rows, {size} bytes, computed in {seconds:.3f} s\n"

    def _physical(self) -> str:
        return f"== Physical Plan ==\n{physical_tree(self.optimized, self.shown)}"

    def _extended(self) -> str:
        columns = ", ".join(f"{f.name}: {simple_string(f.dtype)}" for f in schema_of(self.analyzed).fields)
        return (
            f"== Parsed Logical Plan ==\n{parsed_tree(self.parsed)}\n"
            f"== Analyzed Logical Plan ==\n{columns}\n{logical_tree(self.analyzed, self.shown)}\n"
            f"== Optimized Logical Plan ==\n{logical_tree(self.optimized, self.shown)}\n{self._physical()}"
        )

    def _codegen(self) -> str:
        """The operators, and the statement that the engine runs for them."""
        statement = compile_plan(self.optimized, self.settings, database(self.settings)).shown()
        tree = physical_tree(self.optimized, self.shown)
        return f"Found 1 WholeStageCodegen subtrees.\n== Subtree 1 / 1 ==\n{tree}\nGenerated code:\n{statement}\n"

    def _json(self) -> str:
        """The operators with their estimates as the JSON document that `docs/explain.md` describes."""
        known = estimates(self.optimized, self.statistics, self.evaluate)
        made: dict[int, dict[str, Any]] = {}
        order = [self.optimized]
        for node in order:
            order += inputs(node)
        for node in reversed(order):
            name, found = operator(node), known[id(node)]
            made[id(node)] = {
                "operator": name,
                "detail": physical_line(node, self.shown).removeprefix(name).strip(),
                "estimated_rows": round(found.rows, 1),
                "estimate_origin": found.origin,
                "estimated_bytes": round(found.size_bytes(node.output)),
                "children": [made[id(child)] for child in inputs(node)],
            }
        first = [
            {
                "plan": physical_tree(part.plan, self.shown).split("\n"),
                "keys": sorted({own.name for own, _, _ in part.told}),
                "spared_bytes": round(part.spared_bytes),
            }
            for part in self.first
        ]
        document = {"version": VERSION, "cache": "kept" if self.kept is not None else "none", "run_first": first}
        return json.dumps({**document, "plan": made[id(self.optimized)]}, ensure_ascii=False)

    def _cost(self) -> str:
        known = estimates(self.optimized, self.statistics, self.evaluate)
        optimized = logical_tree(self.optimized, self.shown, lambda node: f", {shown_size(node, known[id(node)])}")
        return f"== Optimized Logical Plan ==\n{optimized}\n{self._physical()}\n"

"""What the user may have meant by a name that nothing answers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hiveframe.analysis.frame import failure, quoted
from hiveframe.plan import spec

if TYPE_CHECKING:
    from hiveframe.analysis.expressions.binder import Binder

_MOST = 5


def unresolved_column(binder: Binder, node: spec.Attribute, at: spec.Expr | spec.Relation | None = None) -> Exception:
    """UNRESOLVED_COLUMN with the most similar names of the operator's input."""
    scope = binder.input.scope
    every = zip(scope.columns, scope.qualifiers, strict=True)
    named = [(c, q) for c, q in every if not c.name.startswith(spec.OWN_PREFIX)]
    columns = {c.id: (*(part for part in q if part != spec.AUTO_ALIAS), c.name) for c, q in named}
    names = [columns[i] for i in sorted(columns, key=lambda i: (columns[i][-1], i))]
    nowhere = node.origin is None or bool(binder.lambdas)
    return unresolved(node, names, at or (binder.at if nowhere else None))


def unresolved(
    node: spec.Attribute, names: Sequence[tuple[str, ...]], at: spec.Expr | spec.Relation | None = None
) -> Exception:
    """UNRESOLVED_COLUMN.WITH_SUGGESTION, or WITHOUT_SUGGESTION when there is nothing to propose."""
    place = at if at is not None else node
    if not names:
        return failure("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", place, objectName=quoted(node.parts))
    proposal = ", ".join(similar(node.parts, names)[:_MOST])
    return failure("UNRESOLVED_COLUMN.WITH_SUGGESTION", place, objectName=quoted(node.parts), proposal=proposal)


def similar(wanted: Sequence[str], candidates: Sequence[tuple[str, ...]]) -> list[str]:
    """Candidates in backticks, nearest to `wanted` first; a prefix that all share is left out."""
    if len(wanted) == 1 and len({c[:-1] for c in candidates}) == 1:
        candidates = [c[-1:] for c in candidates]
    elif len(wanted) <= 2 and len({c[:-2] for c in candidates}) == 1:
        candidates = [c[-2:] for c in candidates]
    base = ".".join(p if p.isidentifier() else quoted(p) for p in wanted)
    return sorted((quoted(c) for c in candidates), key=lambda text: distance(text, base))


def distance(left: str, right: str) -> int:
    """The Levenshtein distance."""
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (a != b)))
        previous = row
    return previous[-1]

"""Names to columns: what a relation's columns are called and how a dotted name finds one.

Source: Spark's `AttributeSeq.resolve`. A name matches the longest qualifier first (`catalog.db.table.column`), then
shorter ones, then the column alone; what is left over names nested fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hiveframe.dataclass import dataclass
from hiveframe.plan.logical import Column, Named

Qualifier = tuple[str, ...]
MAX_QUALIFIER = 3
METADATA = "_metadata"
"""The hidden column of a relation that reads files; operators on the way up pass it on."""


@dataclass(frozen=True, slots=True)
class Match:
    """Columns that a name may mean, and the parts after the column (nested fields)."""

    columns: tuple[tuple[Column, Qualifier], ...]
    nested: tuple[str, ...]


class Scope:
    """Visible `columns` with their `qualifiers`, and `hidden` ones: reachable by name, not part of the output.

    A hidden column is (column, qualifier, needs_qualifier): the replaced key of a USING join answers only to its
    qualified name. Lookup tables are built at the first lookup.
    """

    __slots__ = ("_by_name", "_hidden_by_name", "_passed", "case_sensitive", "columns", "hidden", "qualifiers")

    def __init__(
        self,
        columns: Sequence[Column],
        qualifiers: Sequence[Qualifier],
        hidden: Iterable[tuple[Column, Qualifier, bool]] = (),
        *,
        case_sensitive: bool = False,
    ) -> None:
        self.columns = tuple(columns)
        self.qualifiers = tuple(qualifiers)
        self.hidden = tuple(hidden)
        self.case_sensitive = case_sensitive
        self._by_name: dict[str, tuple[int, ...]] | None = None
        self._hidden_by_name: dict[str, tuple[int, ...]] | None = None
        self._passed: tuple[Named, ...] | None = None

    def requalified(self, qualifier: Qualifier) -> Scope:
        """The same columns under one qualifier; hidden columns that need their own are gone."""
        hidden = [(c, qualifier, False) for c, _, needs in self.hidden if not needs]
        twin = Scope(self.columns, (qualifier,) * len(self.columns), hidden, case_sensitive=self.case_sensitive)
        twin._by_name = self._by_name
        return twin

    def metadata(self) -> list[tuple[Column, Qualifier, bool]]:
        """The hidden columns of files."""
        return [h for h in self.hidden if h[0].name == METADATA]

    def without_metadata(self) -> Scope:
        """The same scope, the hidden columns of files apart."""
        return self._twin([h for h in self.hidden if h[0].name != METADATA]) if self.hidden else self

    def without_hidden(self) -> Scope:
        """The visible columns alone."""
        return self if not self.hidden else self._twin(())

    def with_hidden(self, hidden: Iterable[tuple[Column, Qualifier, bool]]) -> Scope:
        """The same visible columns with other hidden ones."""
        return self._twin(hidden)

    def _twin(self, hidden: Iterable[tuple[Column, Qualifier, bool]]) -> Scope:
        twin = Scope(self.columns, self.qualifiers, hidden, case_sensitive=self.case_sensitive)
        twin._by_name = self._by_name
        return twin

    def joined(self, other: Scope) -> Scope:
        """Both sides' columns, left first."""
        return Scope(
            self.columns + other.columns,
            self.qualifiers + other.qualifiers,
            self.hidden + other.hidden,
            case_sensitive=self.case_sensitive,
        )

    def passed(self) -> tuple[Named, ...]:
        """A projection's items that pass every visible column on."""
        if self._passed is None:
            self._passed = tuple(Named(c, c) for c in self.columns)
        return self._passed

    def updated(self, replaced: Mapping[int, Column], added: Sequence[Column]) -> Scope:
        """The visible columns with some replaced by ones of the same name, and others (of new names) at the end.

        A chain of such steps stays cheap: what the lookup tables know is handed on.
        """
        columns, qualifiers, passed = list(self.columns), list(self.qualifiers), list(self.passed())
        for i, column in replaced.items():
            columns[i], qualifiers[i], passed[i] = column, (), Named(column, column)
        columns += added
        qualifiers += [()] * len(added)
        passed += [Named(c, c) for c in added]
        twin = Scope(columns, qualifiers, case_sensitive=self.case_sensitive)
        twin._passed = tuple(passed)
        if self._by_name is not None:
            twin._by_name = self._by_name.copy()
            for i, column in enumerate(added, len(self.columns)):
                twin._by_name[self.key(column.name)] = (i,)
        return twin

    def positions(self, name: str) -> tuple[int, ...]:
        """Positions of the visible columns called `name`."""
        if self._by_name is None:
            self._by_name = self._index(c.name for c in self.columns)
        return self._by_name.get(self.key(name), ())

    def hidden_positions(self, name: str) -> tuple[int, ...]:
        """Positions of the hidden columns called `name`."""
        if self._hidden_by_name is None:
            self._hidden_by_name = self._index(c.name for c, _, _ in self.hidden)
        return self._hidden_by_name.get(self.key(name), ())

    def visible(self, column: Column) -> Column | None:
        """`column` as it is here, where an outer join may have made it nullable; None unless it is a visible one."""
        for i in self.positions(column.name):
            if self.columns[i].id == column.id:
                return self.columns[i]
        return None

    def reachable(self, column: Column) -> Column | None:
        """`column` as it is here, visible or hidden."""
        return self.visible(column) or next((c for c, _, _ in self.hidden if c.id == column.id), None)

    def has(self, column: Column) -> bool:
        """Whether `column` is a visible one."""
        return self.visible(column) is not None

    def reaches(self, column: Column) -> bool:
        """Whether `column` is visible or hidden here."""
        return self.reachable(column) is not None

    def key(self, name: str) -> str:
        """`name` in the form in which names are compared."""
        return name if self.case_sensitive else name.lower()

    def _index(self, names: Iterable[str]) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for i, name in enumerate(names):
            key = self.key(name)
            found[key] = (*found[key], i) if key in found else (i,)
        return found

    def match(self, parts: Sequence[str], *, only_hidden: bool = False) -> Match | None:
        """The columns that `parts` may mean: visible ones, else hidden ones; None when there are none."""
        if only_hidden:
            return self._match(parts, hidden=True)
        return self._match(parts, hidden=False) or (self._match(parts, hidden=True) if self.hidden else None)

    def _match(self, parts: Sequence[str], *, hidden: bool) -> Match | None:
        for depth in range(min(len(parts) - 1, MAX_QUALIFIER), -1, -1):
            wanted = tuple([self.key(p) for p in parts[:depth]])
            found = self._hidden_under(wanted, parts[depth]) if hidden else self._visible_under(wanted, parts[depth])
            if found:
                return Match(tuple(found), tuple(parts[depth + 1 :]))
        return None

    def _visible_under(self, wanted: Qualifier, name: str) -> list[tuple[Column, Qualifier]]:
        return [
            (self.columns[i], self.qualifiers[i])
            for i in self.positions(name)
            if self._fits(self.qualifiers[i], wanted)
        ]

    def _hidden_under(self, wanted: Qualifier, name: str) -> list[tuple[Column, Qualifier]]:
        found = [self.hidden[i] for i in self.hidden_positions(name)]
        return [(c, q) for c, q, needs in found if (wanted or not needs) and self._fits(q, wanted)]

    def _fits(self, qualifier: Qualifier, wanted: tuple[str, ...]) -> bool:
        depth = len(wanted)
        if not depth:
            return True
        return len(qualifier) >= depth and tuple(self.key(p) for p in qualifier[-depth:]) == wanted

    def under(self, qualifier: Sequence[str]) -> list[tuple[Column, Qualifier]]:
        """Every column that `qualifier.*` means, hidden keys of USING joins first as in Spark."""
        wanted = tuple(self.key(p) for p in qualifier)
        found = [(c, q) for c, q, needs in self.hidden if needs and self._fits(q, wanted)]
        found += [(c, q) for c, q in zip(self.columns, self.qualifiers, strict=True) if self._fits(q, wanted)]
        return found

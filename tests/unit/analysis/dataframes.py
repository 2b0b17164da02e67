"""The trees that the DataFrame API sends, made as briefly as PySpark makes them."""

from itertools import count

from hiveframe.plan import spec
from hiveframe.plan import types as t

_ids = count(1000)


class Frame:
    """A DataFrame: a relation with a plan id of its own."""

    def __init__(self, plan: spec.Relation) -> None:
        self.frame_id = next(_ids)
        object.__setattr__(plan, "plan_id", self.frame_id)
        self.plan = plan

    def __getattr__(self, name: str) -> spec.Attribute:
        return spec.Attribute((name,), self.frame_id)

    def filter(self, condition: spec.Expr) -> "Frame":
        return Frame(spec.Filter(self.plan, condition))

    def select(self, *items: spec.Expr | str) -> "Frame":
        return Frame(spec.Project(self.plan, tuple(col(i) if isinstance(i, str) else i for i in items)))

    def with_column(self, name: str, value: spec.Expr) -> "Frame":
        return Frame(spec.WithColumns(self.plan, (spec.Alias(value, (name,)),)))

    def join(
        self, other: "Frame", on: spec.Expr | None = None, *, using: tuple[str, ...] = (), kind: str = "inner"
    ) -> "Frame":
        return Frame(spec.Join(self.plan, other.plan, kind, on, using))

    def sort(self, *keys: spec.Expr) -> "Frame":
        return Frame(spec.Sort(self.plan, tuple(spec.SortOrder(k) for k in keys)))

    def group(self, *keys: spec.Expr, items: tuple[spec.Expr, ...] = ()) -> "Frame":
        return Frame(spec.Aggregate(self.plan, keys, items, keeps_keys=True))

    def distinct(self) -> "Frame":
        return Frame(spec.Deduplicate(self.plan, all_columns=True))

    def union(self, other: "Frame") -> "Frame":
        return Frame(spec.SetOperation(self.plan, other.plan, "union", True))


def col(name: str) -> spec.Attribute:
    return spec.Attribute(tuple(name.split(".")))


def lit(value: int | str | float | bool) -> spec.Literal:
    kinds = {bool: t.BOOLEAN, int: t.INT, str: t.STRING, float: t.DOUBLE}
    return spec.Literal(value, kinds[type(value)])


def call(name: str, *args: spec.Expr) -> spec.Function:
    return spec.Function((name,), args)


def frame(*names: str) -> Frame:
    """One row of nullable INTs under the given names."""
    schema = t.StructType(tuple(t.StructField(n, t.INT) for n in names))
    return Frame(spec.LocalRelation(None, schema))

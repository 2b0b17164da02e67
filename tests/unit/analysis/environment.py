"""A small environment for tests of the analyser: views by name, no files, constants computed by the engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hiveframe.analysis.analyzer import Analyzer
from hiveframe.analysis.environment import DataTable, UserFunction, ViewTable
from hiveframe.engine.evaluate import evaluate
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan.types import DataType, StructType, simple_string
from hiveframe.settings import Settings
from hiveframe.sql.parser import parse_data_type, parse_statement
from tests.unit.analysis.plan_checks import check_plan


@dataclass
class TestEnvironment:
    """`views` are temporary views, `functions` the user's, `variables` the session's."""

    __test__ = False

    conf: Mapping[str, str] = field(default_factory=dict)
    views: dict[str, DataTable | ViewTable] = field(default_factory=dict)
    functions: dict[str, UserFunction] = field(default_factory=dict)
    variables: dict[str, lg.Literal] = field(default_factory=dict)
    rows: Sequence[tuple[Any, ...]] = ()
    catalog = "spark_catalog"
    namespace = ("default",)
    user = "tester"

    def __post_init__(self) -> None:
        self.settings = Settings({"spark.sql.session.timeZone": "UTC", **self.conf})

    def resolve_table(
        self,
        parts: tuple[str, ...],
        *,
        options: Mapping[str, str],
        version: Any = None,
        timestamp_us: int | None = None,
    ) -> DataTable | ViewTable | None:
        return self.views.get(".".join(parts).lower())

    def user_function(self, parts: tuple[str, ...], *, is_builtin: bool = False) -> UserFunction | None:
        return self.functions.get(".".join(parts).lower())

    def variable(self, parts: tuple[str, ...]) -> lg.Literal | None:
        return self.variables.get(".".join(parts).lower())

    def parse_query(self, text: str) -> spec.Relation | spec.Command:
        return parse_statement(text, conf=self.settings)

    def parse_schema(self, text: str) -> DataType:
        return parse_data_type(text)

    def parse_name(self, text: str) -> tuple[str, ...]:
        return tuple(text.split("."))

    def parse_type(self, ddl: str) -> DataType:
        return parse_data_type(ddl, conf=self.settings)

    def evaluate(self, expr: lg.Expr) -> Any:
        return evaluate([expr], self.settings)[0]

    def collect(self, relation: lg.Relation) -> Sequence[tuple[Any, ...]]:
        return self.rows

    def function_names(self) -> Sequence[str]:
        return list(self.functions)


def analyzed(plan: str | spec.Relation, env: TestEnvironment | None = None) -> lg.Relation:
    """The typed relation of a query; its plan is checked."""
    env = env or TestEnvironment()
    tree = parse_statement(plan, conf=env.settings) if isinstance(plan, str) else plan
    assert isinstance(tree, spec.Relation)
    found = Analyzer(env).relation(tree)  # type: ignore[arg-type]
    check_plan(found)
    return found


def columns_of(relation: lg.Relation) -> list[tuple[str, str, bool]]:
    """(name, type, nullable) of each output column."""
    return [(c.name, simple_string(c.dtype), c.nullable) for c in relation.output]


def schema_table(schema: StructType, *qualifier: str) -> DataTable:
    """A table without rows."""
    return DataTable(schema, lambda columns, metadata: lg.Values(columns, ()), qualifier)

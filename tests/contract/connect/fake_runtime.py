"""A session runtime whose answers are written into the plan: the suite tests the protocol, not an engine.

A SQL text scripts what happens: `rows N`, `wide BYTES`, `empty`, `block`, `progress`, `crash`, `fail`, `observed`,
`query …` (spark.sql gets the relation back) and `command …` (spark.sql gets rows back).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import ClassVar

import pyarrow as pa

from hiveframe.connect.seam import Observed, Operation, Outcome, Rows, SessionKey, StorageLevel
from hiveframe.errors import (
    AnalysisException,
    ArithmeticException,
    OperationCanceled,
    ParseException,
    PythonException,
    QueryContext,
)
from hiveframe.plan import commands, spec
from hiveframe.plan import types as t
from hiveframe.settings import Settings

IDS = t.StructType((t.StructField("id", t.LONG, False),))
EMPTY = t.StructType((t.StructField("a", t.DecimalType(10, 2)), t.StructField("b", t.VARIANT)))
ROWS_PER_BATCH = 1000


class FakeRuntime:
    """One session; the class keeps the latest instance of each for the tests to look into."""

    opened: ClassVar[dict[str, FakeRuntime]] = {}

    def __init__(self, key: SessionKey) -> None:
        self.key = key
        self.conf = Settings({"spark.app.name": "fake"})
        self.commands: list[spec.Command] = []
        self.plans: list[spec.Relation] = []
        self.persisted: dict[int | None, StorageLevel | None] = {}
        self.python_path: list[str] = []
        self.closed = False
        self.blocked = threading.Semaphore(0)
        FakeRuntime.opened[key.session_id] = self

    # ----------------------------------------------------------------------------------------------- rows

    def analyze_schema(self, plan: spec.Relation) -> t.StructType:
        self.plans.append(plan)
        if isinstance(plan, spec.Table):
            raise missing_table(".".join(plan.name.parts))
        if isinstance(plan, spec.SqlQuery) and plan.text == "empty":
            return EMPTY
        return IDS

    def execute(self, plan: spec.Relation, *, operation: Operation) -> Rows:
        operation.admit(plan, self.conf)
        self.plans.append(plan)
        if isinstance(plan, spec.ToDF):
            plan = plan.child
        if isinstance(plan, spec.LocalRelation):
            return Rows(_schema_of(plan), iter(plan.data.to_batches() if plan.data is not None else []))
        if isinstance(plan, spec.Range):
            return Rows(IDS, iter([ids(range(plan.start, plan.end, plan.step))]))
        if isinstance(plan, spec.Table):
            raise missing_table(".".join(plan.name.parts))
        word, _, rest = _text(plan).partition(" ")
        return getattr(self, f"_{word}")(rest, operation)

    def _query(self, _: str, __: Operation) -> Rows:
        return Rows(IDS, iter([ids([7])]))

    def _rows(self, count: str, _: Operation) -> Rows:
        def batches() -> Iterator[pa.RecordBatch]:
            for start in range(0, int(count), ROWS_PER_BATCH):
                yield ids(range(start, min(start + ROWS_PER_BATCH, int(count))))

        return Rows(IDS, batches(), metrics={"rows": int(count)})

    def _wide(self, size: str, _: Operation) -> Rows:
        schema = t.StructType((t.StructField("text", t.STRING),))
        return Rows(schema, iter([pa.record_batch({"text": ["x" * int(size), "y" * int(size)]})]))

    def _empty(self, _: str, __: Operation) -> Rows:
        return Rows(EMPTY, iter([]))

    def _block(self, _: str, operation: Operation) -> Rows:
        def batches() -> Iterator[pa.RecordBatch]:
            yield ids([1])
            wake = threading.Event()
            operation.on_cancel(wake.set)
            self.blocked.release()
            assert wake.wait(60), "nobody cancelled"
            raise OperationCanceled("OPERATION_CANCELED")

        return Rows(IDS, batches())

    def _progress(self, seconds: str, operation: Operation) -> Rows:
        shares = iter([0.25, 0.5, 0.75])

        def batches() -> Iterator[pa.RecordBatch]:
            operation.progress_from(lambda: next(shares, 1.0))
            threading.Event().wait(float(seconds))
            yield ids([1])

        return Rows(IDS, batches())

    def _crash(self, _: str, __: Operation) -> Rows:
        raise ZeroDivisionError("a bug of ours")

    def _fail(self, when: str, _: Operation) -> Rows:
        context = QueryContext("1/0", 7, 9, 1, 7, "select 1/0")
        error = ArithmeticException("DIVIDE_BY_ZERO", {"config": '"spark.sql.ansi.enabled"'}, context=context)
        if when != "later":
            raise error

        def batches() -> Iterator[pa.RecordBatch]:
            yield ids([1])
            raise error

        return Rows(IDS, batches())

    def _python(self, _: str, __: Operation) -> Rows:
        raise PythonException("PYTHON_EXCEPTION", {"msg": "failed", "traceback": "Traceback\nValueError: no"})

    def _huge(self, size: str, _: Operation) -> Rows:
        raise AnalysisException("TABLE_OR_VIEW_NOT_FOUND", {"relationName": "n" * int(size), "searchPath": "here"})

    def _observed(self, _: str, __: Operation) -> Rows:
        values = (spec.Literal(3, t.LONG), spec.Literal("x", t.STRING), spec.Literal(None, t.INT))
        return Rows(IDS, iter([ids([1, 2, 3])]), observed=[Observed("seen", ("n", "s", "nothing"), values)])

    # ------------------------------------------------------------------------------------------- commands

    def run_command(self, command: spec.Command, *, operation: Operation) -> Outcome:
        self.commands.append(command)
        if isinstance(command, commands.Checkpoint):
            return Outcome(relation=spec.CachedRelation("checkpoint-1"))
        if isinstance(command, commands.SqlCommand):
            query = command.query
            assert isinstance(query, spec.SqlQuery)
            if query.text.startswith("command"):
                schema = t.StructType((t.StructField("key", t.STRING, False), t.StructField("n", t.INT)))
                batch = pa.record_batch({"key": ["a"], "n": pa.array([1], pa.int32())})
                return Outcome(result=Rows(schema, iter([batch])))
            if query.text == "selec 1":
                context = QueryContext("selec 1", 0, 4, 1, 0, "selec 1")
                raise ParseException("PARSE_SYNTAX_ERROR", {"error": "'selec'", "hint": ""}, context=context)
            return Outcome(relation=query)
        return Outcome()

    # ------------------------------------------------------------------------------------------ questions

    def explain(self, plan: spec.Relation, mode: str) -> str:
        return f"== {mode} =="

    def is_local(self, plan: spec.Relation) -> bool:
        return isinstance(plan, spec.LocalRelation)

    def is_streaming(self, plan: spec.Relation) -> bool:
        return False

    def input_files(self, plan: spec.Relation) -> Sequence[str]:
        return ["file:///a.parquet"]

    def same_semantics(self, plan: spec.Relation, other: spec.Relation) -> bool:
        return type(plan) is type(other)

    def semantic_hash(self, plan: spec.Relation) -> int:
        return -42

    def persist(self, plan: spec.Relation, level: StorageLevel | None) -> None:
        self.persisted[plan.plan_id] = level

    def unpersist(self, plan: spec.Relation, blocking: bool) -> None:
        self.persisted.pop(plan.plan_id, None)

    def storage_level(self, plan: spec.Relation) -> StorageLevel:
        return self.persisted.get(plan.plan_id) or StorageLevel()

    def parse_ddl(self, text: str) -> t.DataType:
        return IDS

    def parse_expression(self, text: str) -> spec.Expr:
        return spec.Attribute((text,))

    # ---------------------------------------------------------------------------------------------- state

    def add_python_path(self, path: str) -> None:
        self.python_path.append(path)

    def profiles(self) -> Sequence[Observed]:
        return ()

    def set_files_root(self, path: str) -> None:
        self.files_root = path

    def clone(self, key: SessionKey) -> FakeRuntime:
        twin = FakeRuntime(key)
        twin.conf = self.conf.copy()
        return twin

    def close(self) -> None:
        self.closed = True


def ids(values: Sequence[int] | range) -> pa.RecordBatch:
    return pa.record_batch([pa.array(values, pa.int64())], schema=pa.schema([pa.field("id", pa.int64(), False)]))


def missing_table(name: str) -> AnalysisException:
    context = QueryContext("table", call_site="test.py:1")
    params = {"relationName": f"`{name}`", "searchPath": "[`spark_catalog`.`default`]"}
    return AnalysisException("TABLE_OR_VIEW_NOT_FOUND", params, context=context)


def _text(plan: spec.Relation) -> str:
    assert isinstance(plan, spec.SqlQuery), plan
    return plan.text


def _schema_of(plan: spec.LocalRelation) -> t.StructType:
    if isinstance(plan.schema, t.StructType):
        return plan.schema
    names = plan.data.schema.names
    return t.StructType(tuple(t.StructField(name, t.LONG) for name in names))

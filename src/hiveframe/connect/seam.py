"""What the servicer asks of a session: small protocols that `hiveframe.session` fulfils."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Protocol

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.plan import spec
from hiveframe.plan.types import DataType, StructType
from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True)
class SessionKey:
    """One session of one user; both are what the client says."""

    user_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class StorageLevel:
    """Where `persist` keeps rows."""

    use_disk: bool = False
    use_memory: bool = False
    use_off_heap: bool = False
    deserialized: bool = False
    replication: int = 1


class KeptWhere(Protocol):
    """A `StorageLevel`, whichever class says it."""

    @property
    def use_disk(self) -> bool: ...
    @property
    def use_memory(self) -> bool: ...
    @property
    def use_off_heap(self) -> bool: ...
    @property
    def deserialized(self) -> bool: ...
    @property
    def replication(self) -> int: ...


class ObservedMetrics(Protocol):
    """What `observe` measured under `name`; `values` are literals in storage form, one for each of `keys`."""

    @property
    def name(self) -> str: ...
    @property
    def keys(self) -> Sequence[str]: ...
    @property
    def values(self) -> Sequence[spec.Literal]: ...


class Operation(Protocol):
    """The running request as the runtime sees it."""

    @property
    def id(self) -> str: ...
    @property
    def tags(self) -> frozenset[str]: ...
    @property
    def cancelled(self) -> bool: ...

    def admit(self, asked: spec.Relation | spec.Command, settings: Settings) -> None:
        """Wait for a place to run in, before anything is done; ServerOverloaded where there is none."""

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call `callback` once when the operation is interrupted; at once if it is already."""

    def progress(
        self, *, stage: int = 0, tasks: int = 1, completed: int = 0, bytes_read: int = 0, done: bool = False
    ) -> None:
        """Note how far a stage is; the latest state is sent to the client from time to time."""

    def progress_from(self, poll: Callable[[], float | None]) -> None:
        """Ask `poll` (a share of 0 to 1, or None) whenever the client is due a progress message."""


class Result(Protocol):
    """Rows on their way out. `observed` and `metrics` are read when `batches` is exhausted."""

    @property
    def schema(self) -> StructType: ...
    @property
    def batches(self) -> Iterator[pa.RecordBatch]: ...
    @property
    def observed(self) -> Sequence[ObservedMetrics]: ...
    @property
    def metrics(self) -> Mapping[str, int]: ...


class CommandOutcome(Protocol):
    """What a command left behind.

    `relation`: for a SQL text that is a query, the query itself (the client gets it back lazily); for a checkpoint the
    `CachedRelation`. `result`: rows of a command that has some. `observed`: metrics of an observed write.
    """

    @property
    def relation(self) -> spec.Relation | None: ...
    @property
    def result(self) -> Result | None: ...
    @property
    def observed(self) -> Sequence[ObservedMetrics]: ...


class SessionRuntime(Protocol):
    """One session's engine. Methods may be called from several threads at once."""

    @property
    def conf(self) -> Settings: ...

    def analyze_schema(self, plan: spec.Relation) -> StructType: ...

    def execute(self, plan: spec.Relation, *, operation: Operation) -> Result: ...

    def run_command(self, command: spec.Command, *, operation: Operation) -> CommandOutcome: ...

    def explain(self, plan: spec.Relation, mode: str) -> str:
        """`mode`: simple, extended, codegen, cost or formatted."""

    def is_local(self, plan: spec.Relation) -> bool: ...

    def is_streaming(self, plan: spec.Relation) -> bool: ...

    def input_files(self, plan: spec.Relation) -> Sequence[str]: ...

    def same_semantics(self, plan: spec.Relation, other: spec.Relation) -> bool: ...

    def semantic_hash(self, plan: spec.Relation) -> int:
        """A signed 32-bit number."""

    def persist(self, plan: spec.Relation, level: StorageLevel | None) -> None: ...

    def unpersist(self, plan: spec.Relation, blocking: bool) -> None: ...

    def storage_level(self, plan: spec.Relation) -> KeptWhere: ...

    def parse_ddl(self, text: str) -> DataType:
        """A type or a table schema written as DDL."""

    def parse_expression(self, text: str) -> spec.Expr:
        """One SQL expression (`selectExpr`, `expr`), under the session's parser settings."""

    def add_python_path(self, path: str) -> None:
        """Make a folder or archive importable for the session's Python functions."""

    def profiles(self) -> Sequence[ObservedMetrics]:
        """Profiles of the session's Python functions that the client does not have yet."""

    def set_files_root(self, path: str) -> None:
        """Say where the session's Python functions find files and archives that were added."""

    def clone(self, key: SessionKey) -> SessionRuntime: ...

    def close(self) -> None: ...


class RuntimeFactory(Protocol):
    """Opens the engine side of a new session."""

    def __call__(self, key: SessionKey) -> SessionRuntime: ...


@dataclass(frozen=True, slots=True)
class Rows:
    """A plain `Result`."""

    schema: StructType
    batches: Iterator[pa.RecordBatch]
    observed: Sequence[ObservedMetrics] = ()
    metrics: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plain `CommandOutcome`."""

    relation: spec.Relation | None = None
    result: Result | None = None
    observed: Sequence[ObservedMetrics] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """A plain `ObservedMetrics`."""

    name: str
    keys: Sequence[str]
    values: Sequence[spec.Literal]

"""What a command's handler may ask of its session, and the table that handlers stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import pyarrow as pa

from hiveframe.analysis.environment import Environment
from hiveframe.catalog.session_catalog import SessionCatalog
from hiveframe.lake.write.request import Rows
from hiveframe.plan import commands as c
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.sessions.results import SmallTable
from hiveframe.sessions.state import SessionState
from hiveframe.settings import Settings


class CommandSession(Protocol):
    """The session as commands see it."""

    @property
    def state(self) -> SessionState:
        """What the session keeps."""

    @property
    def settings(self) -> Settings:
        """The settings in force."""

    @property
    def catalog(self) -> SessionCatalog:
        """Names."""

    @property
    def environment(self) -> Environment:
        """The session as analysis sees it."""

    def analyze(self, plan: spec.Relation) -> lg.Relation:
        """A relation, resolved."""

    def compute(self, plan: lg.Relation) -> pa.Table:
        """All rows of a relation that the command asks for on its own behalf, in Spark's Arrow types."""

    def table(self, plan: lg.Relation) -> pa.Table:
        """All rows of a user's query, in Spark's Arrow types."""

    def stream(self, plan: lg.Relation) -> Iterator[pa.RecordBatch]:
        """The rows of a relation, as they are computed."""

    def written(self, plan: lg.Relation) -> Rows:
        """A relation's rows for a writer."""

    def table_parts(self, name: spec.TableName) -> tuple[str, ...]:
        """The parts of a name; `IDENTIFIER(…)` is evaluated."""

    def constant(self, expr: spec.Expr) -> lg.Literal:
        """The value of a constant expression, with its type."""

    def run(self, command: spec.Command) -> SmallTable:
        """Another command."""

    def explain(self, plan: spec.Relation, mode: str) -> str:
        """The plan as text."""

    def profile(self, plan: spec.Relation) -> Profile:
        """A run of the plan, measured."""


if TYPE_CHECKING:
    from hiveframe.sessions.profiling.profile import Profile

Handler = Callable[[CommandSession, Any], SmallTable]
H = TypeVar("H", bound=Handler)

HANDLERS: dict[type[spec.Command], Handler] = {}


LIGHT: Final[frozenset[type[spec.Command]]] = frozenset(
    {
        c.AddResource,
        c.AlterNamespace,
        c.CommentOn,
        c.CreateFunction,
        c.CreateNamespace,
        c.CreateTemporaryViewUsing,
        c.CreateView,
        c.DeclareVariable,
        c.DescribeFunction,
        c.DescribeNamespace,
        c.DescribeQuery,
        c.DescribeTable,
        c.DropFunction,
        c.DropNamespace,
        c.DropTable,
        c.DropVariable,
        c.ExecuteExternal,
        c.RefreshFunction,
        c.RefreshTable,
        c.RegisterDataSource,
        c.RegisterFunction,
        c.RemoveCached,
        c.ResetConf,
        c.SetConf,
        c.SetTimeZone,
        c.Show,
        c.UncacheTable,
        c.UseNamespace,
    }
)
"""Commands that name, show or set something: they need no place to run in. All others may read or write rows."""


def handles(command: type[spec.Command]) -> Callable[[H], H]:
    """Register the handler of a command."""

    def add(handler: H) -> H:
        HANDLERS[command] = handler
        return handler

    return add

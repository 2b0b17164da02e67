"""SQL scripts, run statement by statement; the result is that of the last query."""

from __future__ import annotations

import uuid

from hiveframe.catalog.session_catalog import Variable
from hiveframe.errors import SparkError, SqlScriptingException, unsupported
from hiveframe.lake.tables.together import current, together
from hiveframe.plan import commands as c
from hiveframe.plan import scripts as s
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.logical import Literal, schema_of
from hiveframe.sessions.commands.lookup import writable_table
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable
from hiveframe.sessions.script_scopes import ScriptScope

_NOT_AN_EXCEPTION = ("00", "01", "02", "XX")  # classes of SQLSTATE


class _Leave(Exception):
    """On the way out to the statement of that label."""

    def __init__(self, label: str) -> None:
        self.label = label


class _Iterate(_Leave):
    """On the way out to the next round of the loop of that label."""


def _check_atomic(session: CommandSession, command: spec.Command) -> None:
    """Whether the command may stand in an atomic block: it changes nothing, or rows of a table that can wait."""
    match command:
        case c.Insert(table=name) | c.Update(table=name) | c.Delete(table=name) | c.Merge(table=name):
            provider = writable_table(session, session.table_parts(name), "BEGIN ATOMIC").provider
            if provider != "honeystore":
                raise unsupported(f"writing to {provider} tables in BEGIN ATOMIC; HoneyStore tables change together")
        case c.SetVariable() | c.DeclareVariable() | c.DropVariable():
            return
        case _:
            raise unsupported(f"{type(command).__name__} in BEGIN ATOMIC")


@handles(s.Script)
def run_script(session: CommandSession, command: s.Script) -> SmallTable:
    """The rows of the last query; none when there was no query."""
    run = _Run(session)
    run.block(command.block)
    return run.last


class _Run:
    def __init__(self, session: CommandSession) -> None:
        self._session = session
        self._scopes = session.state.scripts
        self.last = EMPTY

    def block(self, node: s.Block) -> None:
        """A block in a scope of its own; what it fails with goes to its own handlers, then to those around it."""
        with self._scopes.within(ScriptScope(node.label or str(uuid.uuid4()))):
            try:
                if node.is_atomic:
                    self._atomically(node.body)
                else:
                    self._body(node.body)
            except _Iterate:
                raise
            except _Leave as leave:
                if leave.label != node.label:
                    raise
            except SparkError as error:
                handler = _handler_of(node.handlers, error)
                if handler is None:
                    raise
                self._statement(handler.body)

    def _atomically(self, body: s.Body) -> None:
        """What the statements write lands together when they are through; queries see the tables as they were."""
        with together() as waiting:
            try:
                self._body(body)
            except _Leave:
                waiting.land()
                raise
            waiting.land()

    def _body(self, body: s.Body) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, node: s.Statement) -> None:
        match node:
            case s.Run(what):
                self._run(what)
            case s.Block():
                self.block(node)
            case s.If(branches, otherwise):
                chosen = next((b.body for b in branches if self._holds(b.condition)), otherwise)
                self._body(chosen)
            case s.Loop():
                self._loop(node)
            case s.For():
                self._for(node)
            case s.Leave(label):
                raise _Leave(label)
            case s.Iterate(label):
                raise _Iterate(label)

    def _run(self, what: spec.Relation | spec.Command) -> None:
        if isinstance(what, spec.Command):
            if current() is not None:
                _check_atomic(self._session, what)
            self._session.run(what)
            return
        self._session.state.changes += 1  # an analysis of this query may know other values of the variables
        plan = self._session.analyze(what)
        self.last = SmallTable(schema_of(plan), self._session.table(plan))

    def _holds(self, condition: s.Condition) -> bool:
        """Whether the condition is TRUE; what is no condition is INVALID_BOOLEAN_STATEMENT."""
        self._session.state.changes += 1
        asked = spec.Project(spec.OneRow(), (spec.Alias(condition.expr, ("holds",)),))
        plan = self._session.analyze(asked)
        if plan.output[0].dtype != t.BOOLEAN:
            raise SqlScriptingException("INVALID_BOOLEAN_STATEMENT", {"invalidStatement": condition.text})
        ((value,),) = self._session.environment.collect(plan)
        return value is True

    def _loop(self, node: s.Loop) -> None:
        try:
            while node.before is None or self._holds(node.before):
                self._round(node.label, node.body)
                if node.until is not None and self._holds(node.until):
                    return
        except _Leave as leave:
            if isinstance(leave, _Iterate) or leave.label != node.label:
                raise

    def _round(self, label: str | None, body: s.Body) -> None:
        try:
            self._body(body)
        except _Iterate as iterate:
            if iterate.label != label:
                raise

    def _for(self, node: s.For) -> None:
        self._session.state.changes += 1
        plan = self._session.analyze(node.query)
        fields = schema_of(plan).fields
        try:
            for row in self._session.environment.collect(plan):
                values = zip(fields, row, strict=True)
                found = {f.name.lower(): Variable(f.name.lower(), f.dtype, Literal(v, f.dtype)) for f, v in values}
                with self._scopes.within(ScriptScope(node.name or str(uuid.uuid4()), found)):
                    self._round(node.label, node.body)
        except _Leave as leave:
            if isinstance(leave, _Iterate) or leave.label != node.label:
                raise


def _handler_of(handlers: tuple[s.Handler, ...], error: SparkError) -> s.Handler | None:
    """The most special handler: by condition, by its main class, by SQLSTATE, then by kind."""
    condition, state = error.condition.upper(), error.sql_state or ""
    for name in (condition, condition.split(".")[0]):
        found = next((h for h in handlers if name in h.conditions), None)
        if found is not None:
            return found
    found = next((h for h in handlers if state in h.states), None)
    if found is not None:
        return found
    if state.startswith("02"):
        return next((h for h in handlers if h.not_found), None)
    is_exception = bool(state) and state[:2] not in _NOT_AN_EXCEPTION
    return next((h for h in handlers if h.any_exception), None) if is_exception else None

"""The local variables of running scripts, innermost block last; each thread runs scripts of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hiveframe.catalog.session_catalog import Variable


@dataclass(slots=True)
class ScriptScope:
    """The variables of one block or loop by lower-case name; `label` qualifies them."""

    label: str
    variables: dict[str, Variable] = field(default_factory=dict)


class ScriptScopes(threading.local):
    """What is in sight of the statement that this thread runs."""

    def __init__(self) -> None:
        self._scopes: list[ScriptScope] = []
        self._is_hidden = False

    @contextmanager
    def within(self, scope: ScriptScope) -> Iterator[None]:
        """`scope` in sight."""
        self._scopes.append(scope)
        try:
            yield
        finally:
            self._scopes.pop()

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """No local variable in sight: EXECUTE IMMEDIATE runs a text as if it stood alone."""
        before, self._is_hidden = self._is_hidden, True
        try:
            yield
        finally:
            self._is_hidden = before

    @property
    def innermost(self) -> ScriptScope | None:
        """The scope that a declaration belongs to; None outside of scripts."""
        return self._scopes[-1] if self._scopes and not self._is_hidden else None

    def holding(self, parts: tuple[str, ...], *, even_hidden: bool = False) -> ScriptScope | None:
        """The innermost scope that has the variable `name` or `label.name`."""
        if len(parts) > 2 or (self._is_hidden and not even_hidden):
            return None
        name = parts[-1].lower()
        label = parts[0].lower() if len(parts) == 2 else None
        for scope in reversed(self._scopes):
            if name in scope.variables and label in (None, scope.label):
                return scope
        return None

"""SQL scripts: blocks, declarations, branches, loops and handlers.

Source: rules singleCompoundStatement, compoundStatement and their kin of SqlBaseParser.g4, and the checks of
`SqlScriptingParsingContext` and `SqlScriptingLabelContext`.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import replace
from typing import Final

from hiveframe.errors import SqlScriptingException, is_known
from hiveframe.plan import commands as c
from hiveframe.plan import scripts as s
from hiveframe.plan import spec
from hiveframe.sql.session_statements import SessionGrammar


class ScriptGrammar(SessionGrammar):
    """Reads scripts."""

    __slots__ = ("_labels",)

    @abstractmethod
    def statement(self) -> spec.Relation | spec.Command:
        """Any statement."""

    def script(self) -> spec.Command:
        """`BEGIN … END`, the whole text."""
        start = self.i
        self._labels: list[tuple[str, bool]] = []  # label, whether it is a loop's
        block = self._block(None)
        return s.Script(block, origin=self.origin(start))

    # ------------------------------------------------------------------------------------------------- statements

    def _block(self, label: str | None) -> s.Block:
        self.expect("BEGIN")
        is_atomic = not self.accept("NOT", "ATOMIC") and self.accept("ATOMIC")
        body: list[s.Statement] = []
        handlers: list[s.Handler] = []
        names: dict[str, str | None] = {}
        while self.kind != "END":
            if self.kind == "eof":
                self.fail("END", hint=": missing 'END'" if body else "")
            if self.kind == "DECLARE" and self.peek(2) == "CONDITION":
                self._condition_declaration(names, bool(body or handlers))
            elif self.kind == "DECLARE" and self.peek() in ("EXIT", "CONTINUE") and self.peek(2) == "HANDLER":
                if any(not _is_declaration(statement) for statement in body):
                    raise _scripting("INVALID_HANDLER_DECLARATION.WRONG_PLACE_OF_DECLARATION")
                handlers.append(self._handler(names, handlers))
            else:
                statement = self._compound()
                if _is_declaration(statement) and (handlers or any(not _is_declaration(b) for b in body)):
                    raise _scripting("INVALID_VARIABLE_DECLARATION.ONLY_AT_BEGINNING", varName=_declared(statement))
                body.append(statement)
            self.expect(";")
        self.expect("END")
        return s.Block(label, tuple(body), tuple(handlers), is_atomic)

    def _body(self, *ends: str) -> s.Body:
        """Statements up to one of the words that end them."""
        found: list[s.Statement] = []
        while self.kind not in ends:
            if self.kind == "eof":
                self.fail(ends[0])
            statement = self._compound()
            if _is_declaration(statement):
                raise _scripting("INVALID_VARIABLE_DECLARATION.NOT_ALLOWED_IN_SCOPE", varName=_declared(statement))
            found.append(statement)
            self.expect(";")
        return tuple(found)

    def _compound(self) -> s.Statement:
        kind = self.kind
        if kind in self.strict_identifiers and self.peek() == ":" and self.peek(2) in _LABELLED:
            return self._labelled()
        if kind in _LABELLED and (kind != "REPEAT" or self.peek() != "("):
            return self._by_word(kind, None)
        if kind == "IF":
            return self._if()
        if kind == "CASE":
            return self._case_statement()
        if kind in ("LEAVE", "ITERATE"):
            return self._jump()
        if kind == "SET" and self._sets_variables():
            return self._set_variables()
        if kind == "SET" and self.peek() in ("VAR", "VARIABLE") and self.peek(2) in self.identifiers:
            self.fail("'='", self.i + 2, hint=f": extra input '{self.token_text(self.i + 2)}'")
        if kind in ("OPEN", "FETCH", "CLOSE") or (kind == "DECLARE" and "CURSOR" in (self.peek(2), self.peek(3))):
            raise _scripting("UNSUPPORTED_FEATURE.SQL_CURSOR")
        end = self._end_of_statement()
        hidden, self.kinds[end] = self.kinds[end], "eof"  # SET and ADD read the rest of their text
        try:
            what = self.statement()
        finally:
            self.kinds[end] = hidden
            self.kind = self.kinds[self.i]
        return s.Run(what)

    def _end_of_statement(self) -> int:
        i = self.i
        while self.kinds[i] not in (";", "eof"):
            i += 1
        return i

    def _labelled(self) -> s.Statement:
        label = self.identifier().lower()
        self.expect(":")
        if any(label == known for known, _ in self._labels):
            raise _scripting("LABEL_OR_FOR_VARIABLE_ALREADY_EXISTS", label=_quoted(label))
        return self._by_word(self.kind, label)

    def _by_word(self, kind: str, label: str | None) -> s.Statement:
        self._labels.append((label or "", kind != "BEGIN"))
        readers = {"BEGIN": self._block, "WHILE": self._while, "REPEAT": self._repeat, "LOOP": self._loop}
        made = readers[kind](label) if kind in readers else self._for(label)
        self._labels.pop()
        self._end_label(label)
        return made

    def _end_label(self, label: str | None) -> None:
        if self.kind in (";", "eof") or self.kind not in self.strict_identifiers:
            return
        end = self.identifier().lower()
        if label is None:
            raise _scripting("END_LABEL_WITHOUT_BEGIN_LABEL", endLabel=_quoted(end))
        if end != label:
            raise _scripting("LABELS_MISMATCH", beginLabel=_quoted(label), endLabel=_quoted(end))

    # ------------------------------------------------------------------------------------------- branches and loops

    def _condition(self) -> s.Condition:
        start = self.i
        expr = self.expression()
        return s.Condition(expr, self.text_from(start))

    def _if(self) -> s.Statement:
        self.expect("IF")
        branches = [self._branch("ELSEIF", "ELSE", "END")]
        while self.accept("ELSEIF"):
            branches.append(self._branch("ELSEIF", "ELSE", "END"))
        otherwise = self._body("END") if self.accept("ELSE") else ()
        self.expect("END", "IF")
        return s.If(tuple(branches), otherwise)

    def _branch(self, *ends: str) -> s.Branch:
        condition = self._condition()
        self.expect("THEN")
        return s.Branch(condition, self._body(*ends))

    def _case_statement(self) -> s.Statement:
        self.expect("CASE")
        start = self.i
        value = self.expression() if self.kind != "WHEN" else None
        branches: list[s.Branch] = []
        while self.accept("WHEN"):
            branch = self._branch("WHEN", "ELSE", "END")
            if value is not None:
                equal = spec.Function(("=",), (value, branch.condition.expr), origin=self.origin(start))
                branch = replace(branch, condition=s.Condition(equal, branch.condition.text))
            branches.append(branch)
        otherwise = self._body("END") if self.accept("ELSE") else ()
        self.expect("END", "CASE")
        return s.If(tuple(branches), otherwise)

    def _while(self, label: str | None) -> s.Statement:
        self.expect("WHILE")
        condition = self._condition()
        self.expect("DO")
        body = self._body("END")
        self.expect("END", "WHILE")
        return s.Loop(label, body, before=condition)

    def _repeat(self, label: str | None) -> s.Statement:
        self.expect("REPEAT")
        body = self._body("UNTIL")
        self.expect("UNTIL")
        condition = self._condition()
        self.expect("END", "REPEAT")
        return s.Loop(label, body, until=condition)

    def _loop(self, label: str | None) -> s.Statement:
        self.expect("LOOP")
        body = self._body("END")
        self.expect("END", "LOOP")
        return s.Loop(label, body)

    def _for(self, label: str | None) -> s.Statement:
        self.expect("FOR")
        name = None
        if self.kind in self.strict_identifiers and self.peek() == "AS":
            name = self.identifier().lower()
            self.expect("AS")
        do = self._word_ahead("DO")
        hidden, self.kinds[do] = self.kinds[do], ";"  # it would pass for a table's alias
        query = self.query()
        self.kinds[do] = hidden
        self.kind = self.kinds[self.i]
        self.expect("DO")
        body = self._body("END")
        self.expect("END", "FOR")
        return s.For(label, name, query, body)

    def _word_ahead(self, word: str) -> int:
        """The next token of that kind outside of parentheses; the last token when there is none."""
        i, depth = self.i, 0
        while self.kinds[i] != "eof" and (depth or self.kinds[i] != word):
            depth += {"(": 1, ")": -1}.get(self.kinds[i], 0)
            i += 1
        return i

    def _jump(self) -> s.Statement:
        kind = self.expect_any("LEAVE", "ITERATE")
        label = self.identifier().lower()
        found = next((is_loop for known, is_loop in reversed(self._labels) if known == label), None)
        if found is None:
            raise _scripting("INVALID_LABEL_USAGE.DOES_NOT_EXIST", labelName=label.upper(), statementType=kind)
        if kind == "ITERATE" and not found:
            raise _scripting("INVALID_LABEL_USAGE.ITERATE_IN_COMPOUND", labelName=label.upper())
        return s.Leave(label) if kind == "LEAVE" else s.Iterate(label)

    # ----------------------------------------------------------------------------------------------- declarations

    def _sets_variables(self) -> bool:
        """Whether SET gives variables values here rather than a setting: `SET x = …`, `SET (x, y) = …`."""
        if self.peek() == "(":
            return True
        i = self.i + 1
        while self.kinds[i] in self.identifiers and self.kinds[i + 1] == ".":
            i += 2
        return self.kinds[i] in self.identifiers and self.kinds[i + 1] == "="

    def _set_variables(self) -> s.Statement:
        start = self.i
        self.expect("SET")
        if self.accept("("):
            targets = self.multipart_names()
            self.expect(")", "=", "(")
            query = self.query()
            self.expect(")")
            return s.Run(c.SetVariable((), targets, query, origin=self.origin(start)))
        self.in_dml, before = True, self.in_dml
        assignments = self.assignments()
        self.in_dml = before
        return s.Run(c.SetVariable(assignments, origin=self.origin(start)))

    def _condition_declaration(self, names: dict[str, str | None], is_late: bool) -> None:
        """`DECLARE name CONDITION [FOR [SQLSTATE] '…']`."""
        self.expect("DECLARE")
        name = self.identifier().upper()
        self.expect("CONDITION")
        state = None
        if self.accept("FOR"):
            self.accept("SQLSTATE")
            self.accept("VALUE")
            state = self._state()
        if is_late:
            raise _scripting("INVALID_ERROR_CONDITION_DECLARATION.ONLY_AT_BEGINNING", conditionName=_quoted(name))
        if name in names:
            raise _scripting("DUPLICATE_CONDITION_IN_SCOPE", condition=name)
        names[name] = state

    def _handler(self, names: dict[str, str | None], before: list[s.Handler]) -> s.Handler:
        """`DECLARE EXIT HANDLER FOR conditions statement`."""
        self.expect("DECLARE")
        if self.expect_any("EXIT", "CONTINUE") == "CONTINUE":
            raise _scripting("UNSUPPORTED_FEATURE.CONTINUE_EXCEPTION_HANDLER")
        self.expect("HANDLER", "FOR")
        found = s.Handler(s.Block(None, ()))
        while True:
            found = self._caught(found, names, before)
            if not self.accept(","):
                break
        return replace(found, body=self._compound())

    def _caught(self, found: s.Handler, names: dict[str, str | None], before: list[s.Handler]) -> s.Handler:
        """`found` with one condition more."""
        earlier = [*before, found]
        if self.accept("SQLSTATE"):
            self.accept("VALUE")
            state = self._state()
            if any(state in handler.states for handler in earlier):
                raise _scripting("DUPLICATE_EXCEPTION_HANDLER.SQLSTATE", sqlState=state)
            return replace(found, states=(*found.states, state))
        if self.accept("SQLEXCEPTION"):
            if any(handler.any_exception for handler in earlier):
                raise _scripting("DUPLICATE_EXCEPTION_HANDLER.CONDITION", condition="SQLEXCEPTION")
            return replace(found, any_exception=True)
        if self.accept("NOT", "FOUND"):
            if any(handler.not_found for handler in earlier):
                raise _scripting("DUPLICATE_EXCEPTION_HANDLER.CONDITION", condition="NOT FOUND")
            return replace(found, not_found=True)
        name = ".".join(self.multipart_name()).upper()
        if name not in names and not is_known(name):
            raise _scripting("INVALID_HANDLER_DECLARATION.CONDITION_NOT_FOUND", condition=name)
        if any(name in handler.conditions for handler in earlier):
            raise _scripting("DUPLICATE_EXCEPTION_HANDLER.CONDITION", condition=name)
        return replace(found, conditions=(*found.conditions, name))

    def _state(self) -> str:
        state = self.string()
        if _STATE.fullmatch(state) is None or state[:2] in ("00", "01", "XX"):
            raise _scripting("INVALID_SQLSTATE", sqlState=state)
        return state


def _is_declaration(statement: s.Statement) -> bool:
    return isinstance(statement, s.Run) and isinstance(statement.what, c.DeclareVariable)


def _declared(statement: s.Statement) -> str:
    assert isinstance(statement, s.Run)
    assert isinstance(statement.what, c.DeclareVariable)
    return ".".join(_quoted(part) for part in statement.what.names[0].parts)


def _quoted(name: str) -> str:
    return f"`{name}`"


def _scripting(condition: str, /, **params: str) -> SqlScriptingException:
    return SqlScriptingException(condition, params)


_LABELLED: Final = ("BEGIN", "WHILE", "REPEAT", "LOOP", "FOR")
_STATE: Final = re.compile("[0-9A-Z]{5}")

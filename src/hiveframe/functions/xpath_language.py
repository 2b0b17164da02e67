"""XPath 1.0 over `xml_tree`: an expression becomes a function of its context."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.functions.xml_tree import XmlNode

Value = list[XmlNode] | float | str | bool


class BadPath(ValueError):
    """The text is no XPath expression."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where an expression is evaluated: a node, its place among `size` nodes."""

    node: XmlNode
    position: int = 1
    size: int = 1


Expression = Callable[[Context], Value]
_TOKEN: Final = re.compile(
    r"\s*(//|::|!=|<=|>=|\.\.|\d+(?:\.\d*)?|\.\d+|\"[^\"]*\"|'[^']*'|[A-Za-z_][\w\-.]*(?::(?!:)[A-Za-z_][\w\-.]*)?|[/|+\-=<>*@()\[\],.$])\s*"
)
_OPERATOR_WORDS: Final = frozenset(("and", "or", "div", "mod"))
_OPERAND_FOLLOWS: Final = frozenset(("", "@", "::", "(", "[", ",", "/", "//", "|", "+", "-", "=", "!=", "<", "<=", ">"))
_NODE_TESTS: Final = frozenset(("text", "node", "comment", "processing-instruction"))


def text_of(value: Value) -> str:
    """`string(value)`."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            if math.isnan(value):
                return "NaN"
            if math.isinf(value):
                return "Infinity" if value > 0 else "-Infinity"
            return str(int(value)) if value == int(value) else repr(value)
        case str():
            return value
    return value[0].value if value else ""


def number_of(value: Value) -> float:
    """`number(value)`."""
    if isinstance(value, (bool, float)):
        return float(value)
    text = text_of(value).strip(" \t\r\n")
    return float(text) if re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", text) else math.nan


def truth_of(value: Value) -> bool:
    """`boolean(value)`."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


@lru_cache(maxsize=256)
def compile_path(text: str) -> Expression:
    """The expression that a text spells; BadPath when it spells none."""
    parser = _Parser(_tokens(text))
    made = parser.either()
    if parser.peek():
        raise BadPath(f"unexpected '{parser.peek()}'")
    return made


def _tokens(text: str) -> list[str]:
    made: list[str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise BadPath(f"unexpected '{text[at]}'")
        token = found[1]
        before = made[-1] if made else ""
        is_operator = before not in _OPERAND_FOLLOWS and not before.startswith("operator ")
        if is_operator and (token == "*" or token in _OPERATOR_WORDS):
            token = f"operator {token}"
        made.append(token)
        at = found.end()
    return made


def _compared(symbol: str, left: Value, right: Value) -> bool:
    """A comparison: of node lists, whether it holds for any of their nodes."""
    if isinstance(left, list) and not isinstance(right, bool):
        return any(_compared(symbol, node.value, right) for node in left)
    if isinstance(right, list) and not isinstance(left, bool):
        return any(_compared(symbol, left, node.value) for node in right)
    if symbol in ("=", "!="):
        if isinstance(left, bool) or isinstance(right, bool):
            return (truth_of(left) == truth_of(right)) == (symbol == "=")
        if isinstance(left, float) or isinstance(right, float):
            return (number_of(left) == number_of(right)) == (symbol == "=")
        return (text_of(left) == text_of(right)) == (symbol == "=")
    a, b = number_of(left), number_of(right)
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[symbol]


def _divided(left: float, right: float) -> float:
    if right == 0:
        if left == 0 or math.isnan(left):
            return math.nan
        return math.copysign(math.inf, left) * math.copysign(1, right)
    return left / right


def _remainder(left: float, right: float) -> float:
    return math.nan if right == 0 or math.isinf(left) else math.fmod(left, right)


_ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "operator *": lambda a, b: a * b,
    "operator div": _divided,
    "operator mod": _remainder,
}


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        """The token there, empty at the end."""
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def accept(self, *wanted: str) -> str:
        """The next token when it is one of these."""
        found = self.peek()
        if found and found in wanted:
            self.at += 1
            return found
        return ""

    def expect(self, wanted: str) -> None:
        """The next token has to be this one."""
        if not self.accept(wanted):
            raise BadPath(f"'{wanted}' expected, found '{self.peek()}'")

    def either(self) -> Expression:
        """`a or b`."""
        left = self.both()
        while self.accept("operator or"):
            left = _logical(left, self.both(), any)
        return left

    def both(self) -> Expression:
        left = self.equality()
        while self.accept("operator and"):
            left = _logical(left, self.equality(), all)
        return left

    def equality(self) -> Expression:
        return self.comparison(("=", "!="), self.order)

    def order(self) -> Expression:
        return self.comparison(("<", "<=", ">", ">="), self.sum)

    def comparison(self, symbols: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        left = operand()
        while symbol := self.accept(*symbols):
            left = _comparison(symbol, left, operand())
        return left

    def sum(self) -> Expression:
        return self.arithmetic(("+", "-"), self.product)

    def product(self) -> Expression:
        return self.arithmetic(("operator *", "operator div", "operator mod"), self.negated)

    def arithmetic(self, symbols: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        left = operand()
        while symbol := self.accept(*symbols):
            left = _arithmetic(_ARITHMETIC[symbol], left, operand())
        return left

    def negated(self) -> Expression:
        if self.accept("-"):
            inner = self.negated()
            return lambda context: -number_of(inner(context))
        left = self.path()
        while self.accept("|"):
            left = _union(left, self.path())
        return left

    def path(self) -> Expression:
        token = self.peek()
        is_call = self.peek(1) == "(" and token not in _NODE_TESTS and (token[:1].isalpha() or token[:1] == "_")
        if is_call or token == "(" or token[:1] in "\"'" or token[:1].isdigit() or re.fullmatch(r"\.\d+", token):
            if not token:
                raise BadPath("an expression was expected, found the end")
            return self.filtered()
        return self.location()

    def filtered(self) -> Expression:
        made = self.primary()
        predicates = self.predicates()
        if predicates:
            made = _filtered(made, predicates)
        if self.peek() in ("/", "//"):
            made = self.steps(made)
        return made

    def primary(self) -> Expression:
        token = self.peek()
        self.at += 1
        if token == "(":
            inner = self.either()
            self.expect(")")
            return inner
        if token[0] in "\"'":
            return _constant(token[1:-1])
        if token[0].isdigit() or token[0] == ".":
            return _constant(float(token))
        self.expect("(")
        args: list[Expression] = []
        while not self.accept(")"):
            args.append(self.either())
            if self.peek() != ")":
                self.expect(",")
        return _call(token, args)

    def location(self) -> Expression:
        if self.peek() in ("/", "//"):
            if self.peek() == "/" and not _begins_step(self.peek(1)):
                self.at += 1
                return lambda context: [_root(context.node)]
            return self.steps(lambda context: [_root(context.node)])
        return self.steps(lambda context: [context.node], begun=True)

    def steps(self, start: Expression, *, begun: bool = False) -> Expression:
        made = start
        if begun:
            made = _stepped(made, *self.step())
        while separator := self.accept("/", "//"):
            if separator == "//":
                made = _stepped(made, _self_and_descendants, [])
            made = _stepped(made, *self.step())
        return made

    def step(self) -> tuple[Callable[[XmlNode], Iterator[XmlNode]], list[Expression]]:
        if self.accept("."):
            return _self, []
        if self.accept(".."):
            return _parent, []
        axis = "attribute" if self.accept("@") else "child"
        if self.peek(1) == "::":
            axis = self.peek()
            self.at += 2
        if axis not in _AXES:
            raise BadPath(f"unknown axis '{axis}'")
        test = self.test(axis)
        walk = _AXES[axis]
        return lambda node: (found for found in walk(node) if test(found)), self.predicates()

    def test(self, axis: str) -> Callable[[XmlNode], bool]:
        token = self.peek()
        if not _begins_step(token) or token in ("@", ".", ".."):
            raise BadPath(f"a location path was expected, found '{token or 'the end'}'")
        self.at += 1
        kind = "attribute" if axis == "attribute" else "element"
        if self.peek() == "(" and token in _NODE_TESTS:
            self.at += 1
            self.expect(")")
            if token == "node":
                return lambda node: True
            return lambda node: node.kind == token
        if token == "*":
            return lambda node: node.kind == kind
        return lambda node: node.kind == kind and node.name == token

    def predicates(self) -> list[Expression]:
        made: list[Expression] = []
        while self.accept("["):
            made.append(self.either())
            self.expect("]")
        return made


def _begins_step(token: str) -> bool:
    return token in ("*", "@", ".", "..") or token[:1].isalpha() or token[:1] == "_"


def _constant(value: Value) -> Expression:
    return lambda context: value


def _logical(left: Expression, right: Expression, join: Callable[[Iterator[bool]], bool]) -> Expression:
    return lambda context: join(truth_of(side(context)) for side in (left, right))


def _comparison(symbol: str, left: Expression, right: Expression) -> Expression:
    return lambda context: _compared(symbol, left(context), right(context))


def _arithmetic(operator: Callable[[float, float], float], left: Expression, right: Expression) -> Expression:
    return lambda context: operator(number_of(left(context)), number_of(right(context)))


def _union(left: Expression, right: Expression) -> Expression:
    return lambda context: _in_order([*_nodes(left(context)), *_nodes(right(context))])


def _nodes(value: Value) -> list[XmlNode]:
    if not isinstance(value, list):
        raise BadPath("nodes were expected, found a value")
    return value


def _in_order(nodes: list[XmlNode]) -> list[XmlNode]:
    return sorted({id(node): node for node in nodes}.values(), key=lambda node: node.order)


def _stepped(
    start: Expression, walk: Callable[[XmlNode], Iterator[XmlNode]], predicates: list[Expression]
) -> Expression:
    def evaluate(context: Context) -> Value:
        made: list[XmlNode] = []
        for node in _nodes(start(context)):
            made += _kept(list(walk(node)), predicates)
        return _in_order(made)

    return evaluate


def _filtered(start: Expression, predicates: list[Expression]) -> Expression:
    return lambda context: _kept(_nodes(start(context)), predicates)


def _kept(nodes: list[XmlNode], predicates: list[Expression]) -> list[XmlNode]:
    for predicate in predicates:
        made = []
        for i, node in enumerate(nodes, 1):
            value = predicate(Context(node, i, len(nodes)))
            if value == i if isinstance(value, float) else truth_of(value):
                made.append(node)
        nodes = made
    return nodes


def _root(node: XmlNode) -> XmlNode:
    while node.parent is not None:
        node = node.parent
    return node


def _self(node: XmlNode) -> Iterator[XmlNode]:
    yield node


def _parent(node: XmlNode) -> Iterator[XmlNode]:
    if node.parent is not None:
        yield node.parent


def _ancestors(node: XmlNode) -> Iterator[XmlNode]:
    while node.parent is not None:
        node = node.parent
        yield node


def _self_and_descendants(node: XmlNode) -> Iterator[XmlNode]:
    yield node
    yield from node.descendants()


def _siblings(node: XmlNode, *, after: bool) -> Iterator[XmlNode]:
    if node.parent is None or node.kind == "attribute":
        return iter(())
    beside = node.parent.children
    place = beside.index(node)
    return iter(beside[place + 1 :] if after else beside[:place][::-1])


_AXES: Final[dict[str, Callable[[XmlNode], Iterator[XmlNode]]]] = {
    "child": lambda node: iter(node.children),
    "attribute": lambda node: iter(node.attributes),
    "descendant": lambda node: node.descendants(),
    "descendant-or-self": _self_and_descendants,
    "self": _self,
    "parent": _parent,
    "ancestor": _ancestors,
    "following-sibling": lambda node: _siblings(node, after=True),
    "preceding-sibling": lambda node: _siblings(node, after=False),
}


def _rounded(value: float) -> float:
    return value if math.isnan(value) or math.isinf(value) else float(math.floor(value + 0.5))


def _substring(text: str, start: float, length: float = math.inf) -> str:
    first = _rounded(start)
    end = first + _rounded(length)
    return "".join(c for i, c in enumerate(text, 1) if first <= i < end)


def _translated(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for i, char in enumerate(old):
        table.setdefault(ord(char), new[i] if i < len(new) else None)
    return text.translate(table)


def _whole(rounding: Callable[[float], int]) -> Callable[[Value], Value]:
    def convert(value: Value) -> Value:
        number = number_of(value)
        return number if math.isnan(number) or math.isinf(number) else float(rounding(number))

    return convert


_FUNCTIONS: Final[dict[str, tuple[int, int, Callable[..., Value]]]] = {
    "sum": (1, 1, lambda x: math.fsum(number_of(node.value) for node in _nodes(x))),
    "count": (1, 1, lambda x: float(len(_nodes(x)))),
    "number": (1, 1, number_of),
    "string": (1, 1, text_of),
    "boolean": (1, 1, truth_of),
    "not": (1, 1, lambda x: not truth_of(x)),
    "true": (0, 0, lambda: True),
    "false": (0, 0, lambda: False),
    "concat": (2, 99, lambda *xs: "".join(map(text_of, xs))),
    "contains": (2, 2, lambda x, y: text_of(y) in text_of(x)),
    "starts-with": (2, 2, lambda x, y: text_of(x).startswith(text_of(y))),
    "substring-before": (2, 2, lambda x, y: text_of(x).partition(text_of(y))[0] if text_of(y) in text_of(x) else ""),
    "substring-after": (2, 2, lambda x, y: text_of(x).partition(text_of(y))[2]),
    "substring": (2, 3, lambda x, *at: _substring(text_of(x), *map(number_of, at))),
    "string-length": (1, 1, lambda x: float(len(text_of(x)))),
    "normalize-space": (1, 1, lambda x: " ".join(text_of(x).split())),
    "translate": (3, 3, lambda x, y, z: _translated(text_of(x), text_of(y), text_of(z))),
    "floor": (1, 1, _whole(math.floor)),
    "ceiling": (1, 1, _whole(math.ceil)),
    "round": (1, 1, lambda x: _rounded(number_of(x))),
    "name": (1, 1, lambda x: _nodes(x)[0].name if x else ""),
    "local-name": (1, 1, lambda x: _nodes(x)[0].name.rpartition(":")[2] if x else ""),
}
_OF_CONTEXT: Final = frozenset(("number", "string", "string-length", "normalize-space", "name", "local-name"))


def _call(name: str, args: list[Expression]) -> Expression:
    if name == "position" and not args:
        return lambda context: float(context.position)
    if name == "last" and not args:
        return lambda context: float(context.size)
    if not args and name in _OF_CONTEXT:
        args = [lambda context: [context.node]]
    if name not in _FUNCTIONS:
        raise BadPath(f"unknown function '{name}'")
    least, most, function = _FUNCTIONS[name]
    if not least <= len(args) <= most:
        raise BadPath(f"wrong number of arguments of '{name}'")
    return lambda context: function(*(arg(context) for arg in args))

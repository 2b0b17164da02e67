"""Java's regular expressions parsed (java.util.regex.Pattern, Java 17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hiveframe.functions import regex_nodes as n
from hiveframe.functions.regex_nodes import Node, Ranges


class BadPattern(ValueError):
    """The text is no pattern to Java, or uses something that HiveFrame does not have."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A pattern's tree, how many groups it captures, and the numbers of the named ones."""

    root: Node
    group_count: int
    names: dict[str, int]


_CLASSES: Final[dict[str, Ranges]] = {"d": n.DIGIT, "w": n.WORD, "s": n.SPACE, "h": n.HORIZONTAL, "v": n.VERTICAL}
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
_PUNCTUATION: Final = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_POSIX: Final[dict[str, Ranges]] = {
    "Lower": n.ranges([(97, 122)]),
    "Upper": n.ranges([(65, 90)]),
    "ASCII": n.ranges([(0, 127)]),
    "Alpha": n.ranges([(65, 90), (97, 122)]),
    "Digit": n.DIGIT,
    "Alnum": n.ranges([(48, 57), (65, 90), (97, 122)]),
    "Punct": n.of_text(_PUNCTUATION),
    "Graph": n.ranges([(33, 126)]),
    "Print": n.ranges([(32, 126)]),
    "Blank": n.of_text(" \t"),
    "Cntrl": n.ranges([(0, 31), (127, 127)]),
    "XDigit": n.ranges([(48, 57), (65, 70), (97, 102)]),
    "Space": n.SPACE,
}
_CATEGORY_NAMES: Final = {
    "isalphabetic": "L",
    "isletter": "L",
    "isuppercase": "Lu",
    "islowercase": "Ll",
    "ispunctuation": "P",
    "isdigit": "Nd",
    "iscontrol": "Cc",
    "iswhite_space": "Z",
    "javaletter": "L",
    "javalowercase": "Ll",
    "javauppercase": "Lu",
}
_SUBCATEGORIES: Final = {"L": "ultmo", "M": "nce", "N": "dlo", "P": "cdseifo", "S": "mcko", "Z": "slp", "C": "cfosn"}
_CATEGORIES: Final = frozenset(_SUBCATEGORIES) | {a + b for a, subs in _SUBCATEGORIES.items() for b in subs}
_MOST_REPEATS: Final = 2**31 - 1


def parse(pattern: str) -> Parsed:
    """The tree of a pattern; BadPattern when Java would refuse it."""
    parser = _Parser(pattern)
    root = parser.choice()
    if parser.at < len(pattern):
        raise BadPattern("unmatched closing ')'")
    return Parsed(root, parser.group_count, parser.names)


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0
        self.group_count = 0
        self.names: dict[str, int] = {}
        self.flags: frozenset[str] = frozenset()

    def peek(self, ahead: int = 0) -> str:
        """The character there, empty at the end."""
        place = self.at + ahead
        return self.text[place] if place < len(self.text) else ""

    def accept(self, wanted: str) -> bool:
        """Whether `wanted` comes next; it is passed over."""
        if not self.text.startswith(wanted, self.at):
            return False
        self.at += len(wanted)
        return True

    def take(self) -> str:
        """The next character."""
        found = self.peek()
        if not found:
            raise BadPattern("unexpected end of pattern")
        self.at += 1
        return found

    def until(self, end: str) -> str:
        """The text before `end`, which is passed over."""
        place = self.text.find(end, self.at)
        if place < 0:
            raise BadPattern(f"missing {end!r}")
        found, self.at = self.text[self.at : place], place + len(end)
        return found

    def choice(self) -> Node:
        """Options up to `)` or the end; flags set inside hold until there."""
        options = [self.sequence()]
        while self.accept("|"):
            options.append(self.sequence())
        return options[0] if len(options) == 1 else n.Choice(tuple(options))

    def sequence(self) -> Node:
        items: list[Node] = []
        while True:
            if "x" in self.flags:
                self.skip_comments()
            if self.peek() in ("", "|", ")"):
                return items[0] if len(items) == 1 else n.Sequence(tuple(items))
            if self.accept("\\Q"):
                quoted = self.quoted()
                if quoted:
                    items += [self.character(c) for c in quoted[:-1]]
                    items.append(self.repeats(self.character(quoted[-1])))
                continue
            atom = self.atom()
            if atom is not None:
                items.append(self.repeats(atom))

    def skip_comments(self) -> None:
        while self.peek() and self.peek() in " \t\n\x0b\f\r#":
            if self.take() == "#":
                while self.peek() and self.peek() not in "\n\r\x85\u2028\u2029":
                    self.at += 1

    def quoted(self) -> str:
        end = self.text.find("\\E", self.at)
        found = self.text[self.at :] if end < 0 else self.text[self.at : end]
        self.at = len(self.text) if end < 0 else end + 2
        return found

    def character(self, char: str) -> Node:
        return n.Chars(self.cased(n.of_text(char)))

    def cased(self, chars: Ranges) -> Ranges:
        if "i" not in self.flags:
            return chars
        return n.any_case(chars, beyond_ascii="u" in self.flags)

    def atom(self) -> Node | None:
        """The next item, None for one that only sets flags."""
        char = self.take()
        match char:
            case "(":
                return self.group()
            case "[":
                return n.Chars(self.char_class())
            case "\\":
                return self.escape()
            case "^":
                return n.Anchor("(?m)^" if "m" in self.flags else "^")
            case "$":
                return n.Anchor("(?m)$" if "m" in self.flags else "$")
            case ".":
                if "s" in self.flags:
                    return n.Chars(n.EVERYTHING)
                return n.Chars(n.complement(n.of_text("\n") if "d" in self.flags else n.LINE_ENDS))
            case "*" | "+" | "?":
                raise BadPattern(f"dangling meta character {char!r}")
        return self.character(char)

    def repeats(self, atom: Node) -> Node:
        while True:
            if "x" in self.flags:
                self.skip_comments()
            bounds = self.bounds()
            if bounds is None:
                return atom
            mode = self.take() if self.peek() in ("?", "+") and self.peek() else ""
            atom = n.Repeat(atom, bounds[0], bounds[1], mode)

    def bounds(self) -> tuple[int, int | None] | None:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if self.peek() in simple:
            return simple[self.take()]
        if not self.accept("{"):
            return None
        least, comma, most = self.until("}").partition(",")
        if not (least.isascii() and least.isdigit()) or (most and not (most.isascii() and most.isdigit())):
            raise BadPattern("illegal repetition")
        low = int(least)
        high = low if not comma else (int(most) if most else None)
        if low > _MOST_REPEATS or (high is not None and (high > _MOST_REPEATS or high < low)):
            raise BadPattern("illegal repetition range")
        return low, high

    def group(self) -> Node | None:
        outer = self.flags
        made: Node | None
        if not self.accept("?"):
            self.group_count += 1
            made = self.captured(self.group_count, None)
        else:
            made = self.special_group(outer)
            if made is None:
                return None  # the flags stay in force
        self.flags = outer
        return made

    def captured(self, number: int, name: str | None) -> Node:
        return n.Capture(self.closed(), number, name)

    def closed(self) -> Node:
        inner = self.choice()
        if not self.accept(")"):
            raise BadPattern("unclosed group")
        return inner

    def special_group(self, outer: frozenset[str]) -> Node | None:
        for opening in (":", "=", "!", "<=", "<!", ">"):
            if self.accept(opening):
                inner = self.closed()
                return n.Sequence((inner,)) if opening == ":" else n.Special(inner, "(?" + opening)
        if self.accept("<"):
            name = self.until(">")
            if not (name.isascii() and name.isalnum() and name[0].isalpha()) or name in self.names:
                raise BadPattern("bad group name")
            self.group_count += 1
            self.names[name] = self.group_count
            return self.captured(self.group_count, name)
        return self.flag_group(outer)

    def flag_group(self, outer: frozenset[str]) -> Node | None:
        on, off, target = set(outer), False, ""
        while (target := self.take()) not in (":", ")"):
            if target == "-" and not off:
                off = True
            elif target not in "idmsuxU":
                raise BadPattern("unknown inline modifier")
            elif target == "U":
                raise BadPattern("UNICODE_CHARACTER_CLASS is not supported")
            elif off:
                on.discard(target)
            else:
                on.add(target)
        self.flags = frozenset(on)
        return n.Sequence((self.closed(),)) if target == ":" else None

    def escape(self) -> Node:
        char = self.take()
        if char in "bBAGzZ":
            return n.Anchor({"Z": "$"}.get(char, "\\" + char))
        if char == "R":
            pair = n.Sequence((n.Chars(n.of_text("\r")), n.Chars(n.of_text("\n"))))
            return n.Special(n.Choice((pair, n.Chars(n.VERTICAL))), "(?>")
        if char == "k":
            if not self.accept("<"):
                raise BadPattern("\\k is not followed by '<'")
            name = self.until(">")
            if name not in self.names:
                raise BadPattern(f"no group is named {name!r}")
            return n.BackReference(self.names[name], "i" in self.flags)
        if char in "123456789":
            number = int(char)
            while (
                self.peek().isdigit() and self.peek().isascii() and number * 10 + int(self.peek()) <= self.group_count
            ):
                number = number * 10 + int(self.take())
            return n.BackReference(number, "i" in self.flags)
        self.at -= 1
        return n.Chars(self.escaped_set())

    def escaped_set(self) -> Ranges:
        """The set after a backslash, in or out of a class."""
        char = self.take()
        if char.lower() in _CLASSES:
            found = _CLASSES[char.lower()]
            return n.complement(found) if char.isupper() else found
        if char in "pP":
            found = self.cased(self.property_set())
            return n.complement(found) if char == "P" else found
        return self.cased(n.of_text(self.escaped_character(char)))

    def escaped_character(self, char: str) -> str:
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "x":
            return self.code(self.until("}")) if self.accept("{") else self.code(self.take() + self.take())
        if char == "u":
            return self.code("".join(self.take() for _ in range(4)))
        if char == "0":
            return self.octal()
        if char == "c":
            return chr(ord(self.take()) ^ 64)
        if char.isascii() and char.isalpha():
            raise BadPattern(f"illegal escape \\{char}")
        return char

    def code(self, digits: str) -> str:
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            raise BadPattern("illegal hexadecimal escape") from None

    def octal(self) -> str:
        digits = ""
        while len(digits) < 3 and self.peek() and self.peek() in "01234567" and int(digits + self.peek(), 8) <= 0o377:
            digits += self.take()
        if not digits:
            raise BadPattern("illegal octal escape")
        return chr(int(digits, 8))

    def property_set(self) -> Ranges:
        name = self.until("}") if self.accept("{") else self.take()
        if name in _POSIX:
            return _POSIX[name]
        value = name.partition("=")[2] if name.partition("=")[0].lower() in ("gc", "general_category") else name
        for category in (value, value.removeprefix("Is")):
            if category in _CATEGORIES:
                return n.of_category(category)
        if name.lower() in _CATEGORY_NAMES:
            return n.of_category(_CATEGORY_NAMES[name.lower()])
        raise BadPattern(f"unknown character property {name!r}")

    def char_class(self) -> Ranges:
        """The set after `[`, up to its `]`: unions, nested classes, `&&`."""
        negated = self.accept("^")
        found: Ranges | None = None
        operand: Ranges = ()
        is_first = True
        while True:
            if self.accept("&&"):
                found = operand if found is None else n.intersection(found, operand)
                operand = ()
                continue
            if self.peek() == "]" and not is_first:
                self.at += 1
                break
            is_first = False
            operand = n.union(operand, self.class_item())
        result = operand if found is None else n.intersection(found, operand)
        return n.complement(result) if negated else result

    def class_item(self) -> Ranges:
        if self.accept("["):
            return self.char_class()
        if self.accept("\\Q"):
            return self.cased(n.of_text(self.quoted()))
        first = self.class_character()
        if not isinstance(first, str):
            return first
        if self.peek() == "-" and self.peek(1) not in ("", "]", "["):
            self.at += 1
            last = self.class_character()
            if not isinstance(last, str) or last < first:
                raise BadPattern("illegal character range")
            return self.cased(((ord(first), ord(last)),))
        return self.cased(n.of_text(first))

    def class_character(self) -> str | Ranges:
        """A character that may begin a range, or a whole set."""
        char = self.take()
        if char != "\\":
            return char
        following = self.take()
        if following.lower() in _CLASSES or following in "pP":
            self.at -= 1
            return self.escaped_set()
        return self.escaped_character(following)

"""What of Spark Connect's protocol is served, read off the tables that serve it.

`python -m hiveframe.connect.checklist` writes the page. A kind is refused where its row is a `Refusal`, refused
by Spark itself where it is an `AsSpark`, partial where a `PARTIAL` says what is missing, else supported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from hiveframe.connect.analyze import QUESTIONS
from hiveframe.connect.config import OPERATIONS
from hiveframe.connect.decode import commands, expressions, relations
from hiveframe.connect.decode.invalid import AsSpark, Refusal
from hiveframe.dataclass import dataclass
from hiveframe.sessions.commands.catalog_calls import CALLS

_HEAD: Final = """# Spark Connect's protocol

What HiveFrame serves of the protocol of Spark 4.2, by the names of its messages. Written by
`python -m hiveframe.connect.checklist`; a test keeps it true.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of message. `status`: supported, as Spark (which refuses it, too), partial or refused."""

    name: str
    status: str
    remark: str = ""


def checklist() -> dict[str, list[Entry]]:
    """The entries by group, each in the order of its table."""
    builders = {kind: row.build for kind, row in relations.RELATIONS.items()}
    return {
        "Relations": list(_entries(builders, relations.PARTIAL, relations.AS_SPARK)),
        "Expressions": list(_entries(expressions.EXPRESSIONS, {})),
        "Commands": list(_entries(commands.COMMANDS, commands.PARTIAL, commands.AS_SPARK)),
        "Analyses": list(_entries(QUESTIONS, {})),
        "Settings": list(_entries(OPERATIONS, {})),
        "Catalog": list(_entries(CALLS, {})),
    }


def _entries(
    handlers: Mapping[str, Any], partial: Mapping[str, str], as_spark: Mapping[str, str] | None = None
) -> Iterator[Entry]:
    for name, handler in handlers.items():
        if isinstance(handler, Refusal):
            yield Entry(name, "refused", handler.feature)
        elif isinstance(handler, AsSpark):
            yield Entry(name, "as Spark", f"refused: {handler.remark}")
        elif as_spark and name in as_spark:
            yield Entry(name, "as Spark", as_spark[name])
        elif name in partial:
            yield Entry(name, "partial", partial[name])
        else:
            yield Entry(name, "supported")


def markdown() -> str:
    """The checklist as a page."""
    lines = [_HEAD]
    for group, entries in checklist().items():
        served = sum(entry.status != "refused" for entry in entries)
        lines += [f"## {group}: {served} of {len(entries)}", "", "| name | status | remark |", "|---|---|---|"]
        lines += [f"| `{e.name}` | {e.status} | {e.remark} |" for e in entries]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(markdown())

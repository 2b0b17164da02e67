"""The interactive SQL shell."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import ThreadedCompleter
from prompt_toolkit.filters import Condition, completion_is_selected
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.sql import SqlLexer
from pyspark.sql import SparkSession

from hiveframe import __version__
from hiveframe.cli import sql
from hiveframe.cli.cancellable import Cancelled
from hiveframe.cli.completion import SessionNames, SqlCompleter
from hiveframe.cli.failures import plain_message
from hiveframe.cli.statements import is_finished, split

HELP = """\
A statement ends with a semicolon and may span lines; Tab completes, Ctrl-C cancels, Ctrl-D leaves.

  \\d          the tables of the current database       \\d NAME    a table's columns
  \\x          a row as a block of lines, on and off    \\l N       show at most N rows, 0 for all
  \\format F   table, markdown, csv or json             \\q         leave
"""


def interact(spark: SparkSession, output: sql.Output) -> int:
    """Read statements and answer them until the user leaves."""
    names = SessionNames(spark)
    prompt: PromptSession[str] = PromptSession(
        history=history(),
        auto_suggest=AutoSuggestFromHistory(),
        completer=ThreadedCompleter(SqlCompleter(names)),
        complete_while_typing=False,
        key_bindings=bindings(),
        lexer=PygmentsLexer(SqlLexer),
        multiline=True,
        prompt_continuation=lambda width, *_: "→ ".rjust(width),
    )
    print(f"HiveFrame {__version__}, Spark SQL. \\? for help, \\q or Ctrl-D to leave.\n")
    while True:
        try:
            text = prompt.prompt("hiveframe> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        if is_leaving(text):
            return 0
        run(spark, text, output)
        names.forget()


def run(spark: SparkSession, text: str, output: sql.Output) -> None:
    """Run what was typed and print its results or its error."""
    output.width = shutil.get_terminal_size().columns
    try:
        if text.lstrip().startswith("\\"):
            command(spark, text.strip(), output)
        else:
            for statement in split(text):
                sql.answer(spark, statement.text, output)
    except Cancelled:
        print("cancelled\n")
    except sql.failures() as error:
        print(f"{plain_message(error)}\n", file=sys.stderr)


def command(spark: SparkSession, text: str, output: sql.Output) -> None:
    """Run one of the shell's own commands."""
    match text.rstrip(";").split():
        case ["\\?" | "\\h"]:
            print(HELP)
        case ["\\d"]:
            sql.answer(spark, "SHOW TABLES", output)
        case ["\\d", name]:
            sql.answer(spark, f"DESCRIBE TABLE {name}", output)
        case ["\\x"]:
            output.expanded = not output.expanded
            print(f"rows as blocks: {'on' if output.expanded else 'off'}\n")
        case ["\\l", count] if count.isdigit():
            output.limit = int(count)
        case ["\\format", kind] if kind in sql.FORMATS:
            output.format = kind
        case _:
            print(f"{text} is none of the shell's commands; \\? lists them\n")


def is_leaving(text: str) -> bool:
    """Whether the text asks to leave."""
    return text.strip().rstrip(";").lower() in ("\\q", "exit", "quit")


def bindings() -> KeyBindings:
    """Enter runs a finished text and otherwise begins a new line."""
    keys = KeyBindings()

    @Condition
    def may_run() -> bool:
        text = get_app().current_buffer.text
        return not text.strip() or text.lstrip().startswith("\\") or is_leaving(text) or is_finished(text)

    @keys.add("enter", filter=may_run & ~completion_is_selected)
    def accept(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("enter", filter=completion_is_selected)
    def take_completion(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    return keys


def history() -> History:
    """What was typed before, kept in the user's state folder where that can be written."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    file = state / "hiveframe/history"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))

"""SET, RESET and SET TIME ZONE."""

from __future__ import annotations

from hiveframe.errors import analysis_error
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable, column, small_table
from hiveframe.settings import KNOWN, local_time_zone

_KEY_VALUE = (column("key"), column("value"))
_ZONE = "spark.sql.session.timeZone"
_MAX_OFFSET_US = 18 * 3_600_000_000


@handles(c.SetConf)
def set_conf(session: CommandSession, command: c.SetConf) -> SmallTable:
    """`SET` lists what is set; `SET k` shows one; `SET k = v` sets it and answers with it."""
    if command.key is None:
        return _listed(session, verbose=command.verbose)
    if command.value is None:
        value = session.settings.get(command.key)
        return small_table(_KEY_VALUE, [(command.key, "<undefined>" if value is None else value)])
    session.settings.set(command.key, command.value)
    return small_table(_KEY_VALUE, [(command.key, command.value)])


def _listed(session: CommandSession, *, verbose: bool) -> SmallTable:
    if not verbose:
        return small_table(_KEY_VALUE, list(session.settings.all()))
    fields = (*_KEY_VALUE, column("meaning"), column("Since version"))
    rows = [(name, session.settings.get(name, "<undefined>"), row.doc, "") for name, row in sorted(KNOWN.items())]
    return small_table(fields, rows)


@handles(c.ResetConf)
def reset_conf(session: CommandSession, command: c.ResetConf) -> SmallTable:
    """`RESET` puts every setting back that may change; `RESET k` one."""
    if command.key is not None:
        session.settings.unset(command.key)
        return EMPTY
    for name, _ in list(session.settings.all()):
        row = KNOWN.get(name)
        if row is None or not row.static:
            session.settings.unset(name)
    return EMPTY


@handles(c.SetTimeZone)
def set_time_zone(session: CommandSession, command: c.SetTimeZone) -> SmallTable:
    """`SET TIME ZONE LOCAL`, a zone's name, or an interval from -18 to 18 hours."""
    session.settings.set(_ZONE, _zone(session, command.value))
    return small_table(_KEY_VALUE, [(_ZONE, session.settings.time_zone)])


def _zone(session: CommandSession, value: spec.Expr | str) -> str:
    if isinstance(value, str):
        return local_time_zone() if value.upper() == "LOCAL" else value
    literal = session.constant(value)
    match literal.dtype:
        case t.StringType():
            return str(literal.value)
        case t.DayTimeIntervalType():
            micros = int(literal.value)
        case t.CalendarIntervalType():
            months, days, rest = literal.value
            micros = _MAX_OFFSET_US + 1 if months or days else rest
        case _:
            micros = _MAX_OFFSET_US + 1
    if abs(micros) > _MAX_OFFSET_US or micros % 1_000_000:
        raise analysis_error("INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", input=str(literal.value))
    seconds = abs(micros) // 1_000_000
    text = f"{'-' if micros < 0 else '+'}{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
    return text + (f":{seconds % 60:02d}" if seconds % 60 else "")

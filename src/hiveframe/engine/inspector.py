"""Small queries that data sources ask while they are opened: footers, samples, inference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from hiveframe.engine.database import reader
from hiveframe.engine.process import database
from hiveframe.engine.render import render
from hiveframe.settings import Settings

_BATCH_ROWS = 2048


class Inspector:
    """A `lake.runner.QueryRunner` on the process's database; DuckDB's errors leave as they are."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def rows(
        self, query: exp.Expression, *, time_zone: str, arrow: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Every row; `arrow` names what the query reads besides files."""
        engine = database(self._settings)
        handles = {name: engine.source(data) for name, data in (arrow or {}).items()}
        for table in query.find_all(exp.Table) if handles else ():
            if table.name in handles:
                table.set("this", exp.to_identifier(handles[table.name].name, quoted=True))
        with engine.lease(time_zone) as connection:
            table = reader(connection, render(query), _BATCH_ROWS).read_all()
        columns = [column.to_pylist() for column in table.columns]
        return list(zip(*columns, strict=True))

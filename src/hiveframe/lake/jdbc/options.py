"""The JDBC options: which database, which table or query, as whom.

Source: Spark SQL guide, "JDBC To Other Databases". User and password never stand in a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException, SparkException, UnsupportedOperationException, unsupported
from hiveframe.functions.text_options import refused
from hiveframe.lake.options import Options

_SECRET: Final = re.compile(r"(?i)(password|user|sslpassword)=[^&;]*")
_ISOLATION: Final = ("NONE", "READ_UNCOMMITTED", "READ_COMMITTED", "REPEATABLE_READ", "SERIALIZABLE")


@dataclass(frozen=True, slots=True, eq=False)
class JdbcOptions:
    """What to connect to (`address` is SQLAlchemy's URL, secrets included) and what to read or write there."""

    url: str
    address: Any = field(repr=False)
    table: str | None
    query: str | None
    fetch_size: int
    batch_size: int
    isolation: str | None
    session_init: str | None
    options: Options = field(repr=False)

    @property
    def source(self) -> str:
        """What stands in FROM: the table's text, or the query in parentheses."""
        if self.query is None:
            return str(self.table)
        return f"({self.options.get('prepareQuery', '')}{self.query}) SPARK_GEN_SUBQ_0"

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return str(self.address.get_backend_name())


def jdbc_options(options: Options) -> JdbcOptions:
    """The options, checked."""
    url = options.get("url")
    if url is None:
        raise _required("Option 'url' is required.")
    table, query = options.get("dbtable"), options.get("query")
    names = {"jdbcTableName": "dbtable", "jdbcQueryString": "query"}
    if table is not None and query is not None:
        raise IllegalArgumentException("_LEGACY_ERROR_TEMP_2078", names)
    if table is None and query is None:
        raise IllegalArgumentException("_LEGACY_ERROR_TEMP_2079", names)
    isolation = options.get("isolationLevel")
    if isolation is not None and isolation.upper() not in _ISOLATION:
        raise _required(f"Invalid value `{isolation}` for parameter `isolationLevel`.")
    return JdbcOptions(
        url=_SECRET.sub(r"\1=***", url),
        address=_address(url, options),
        table=table,
        query=query,
        fetch_size=options.integer("fetchsize", 0),
        batch_size=max(1, options.integer("batchsize", 1000)),
        isolation=isolation.upper() if isolation else None,
        session_init=options.get("sessionInitStatement"),
        options=options,
    )


def _required(message: str) -> Exception:
    return refused(f"requirement failed: {message}")


def _address(url: str, options: Options) -> Any:
    """SQLAlchemy's URL for a JDBC URL; the options' user and password go before the URL's own."""
    from sqlalchemy.engine import URL, make_url

    if url.startswith("jdbc:sqlite:"):
        return URL.create("sqlite", database=url.removeprefix("jdbc:sqlite:").partition("?")[0] or None)
    if url.startswith("jdbc:postgresql:"):
        made = make_url(url.removeprefix("jdbc:")).set(drivername="postgresql+psycopg")
        given = {name: str(value) for name, value in made.query.items()}
        user = options.get("user") or given.pop("user", None) or made.username
        password = options.get("password") or given.pop("password", None) or made.password
        kept = {name: value for name, value in given.items() if name in _POSTGRES_KEYS}
        return made.set(username=user, password=password, query=kept)
    kind = ":".join(url.split(":")[:2]) if url.startswith("jdbc:") else "this URL"
    raise unsupported(f"JDBC to {kind}; there are jdbc:sqlite: and jdbc:postgresql:")


_POSTGRES_KEYS: Final = (
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "connect_timeout",
    "application_name",
    "options",
)


def engine_of(jdbc: JdbcOptions) -> Any:
    """An engine that opens a connection where it is asked for one, and keeps none."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    try:
        return create_engine(jdbc.address, poolclass=NullPool)
    except ModuleNotFoundError as error:
        raise UnsupportedOperationException("MISSING_EXTRA", {"feature": "PostgreSQL", "extra": "postgres"}) from error


@contextmanager
def connected(jdbc: JdbcOptions) -> Iterator[Any]:
    """A connection; failures of the database leave as Spark's errors, without who asked."""
    from sqlalchemy.exc import DBAPIError, OperationalError

    engine = engine_of(jdbc)
    execution: dict[str, Any] = {}
    if jdbc.isolation is not None and jdbc.isolation != "NONE":
        execution["isolation_level"] = jdbc.isolation.replace("_", " ")
    try:
        opened = engine.connect()
    except OperationalError as error:
        raise SparkException("FAILED_JDBC.CONNECTION", {"url": jdbc.url}, detail=f" {_reason(error)}") from None
    try:
        with opened.execution_options(**execution) as connection:
            if jdbc.dialect == "postgresql":
                _json_as_text(connection)
            else:  # Python's driver would end a transaction at a CREATE or a DROP
                connection.connection.dbapi_connection.isolation_level = None
            if jdbc.session_init is not None:
                connection.exec_driver_sql(jdbc.session_init)
            yield connection
    except DBAPIError as error:
        message = f"{_reason(error)}"
        raise SparkException("FAILED_JDBC.UNCLASSIFIED", {"url": jdbc.url, "message": message}) from None
    finally:
        engine.dispose()


def _reason(error: Any) -> str:
    """What the database itself said, on one line."""
    return " ".join(str(error.orig).split())


def _json_as_text(connection: Any) -> None:
    from psycopg.types.json import set_json_loads

    def as_text(json: str | bytes) -> str:
        return json if isinstance(json, str) else bytes(json).decode()

    set_json_loads(as_text, connection.connection.dbapi_connection)

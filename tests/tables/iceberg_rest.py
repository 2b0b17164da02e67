"""A small REST catalog of Iceberg tables, in front of the library's own SQL catalog.

Source: Iceberg's REST catalog specification (open-api/rest-catalog-open-api.yaml).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pyiceberg.catalog.rest import CreateTableRequest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.table import CommitTableRequest, Table
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER

STATUS = {
    NoSuchTableError: 404,
    NoSuchNamespaceError: 404,
    TableAlreadyExistsError: 409,
    NamespaceAlreadyExistsError: 409,
    NamespaceNotEmptyError: 409,
    CommitFailedException: 409,
}


@contextmanager
def serving(catalog: SqlCatalog, token: str) -> Iterator[str]:
    """The catalog's address, while it is served to who has the token."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(catalog, token))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(catalog: SqlCatalog, token: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Quiet."""

        def _answer(self, status: int, body: Any = None) -> None:
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(length).decode()
            url = urlsplit(self.path)
            parts = [unquote(p) for p in url.path.strip("/").split("/")][1:]
            if self.headers.get("Authorization") != f"Bearer {token}":
                self._answer(401, _error(401, "NotAuthorizedException", "no token"))
                return
            try:
                self._answer(*_Call(catalog, self.command, parts, parse_qs(url.query), text).run())
            except tuple(STATUS) as error:
                status = STATUS[type(error)]
                self._answer(status, _error(status, type(error).__name__, str(error)))

    for method in ("GET", "POST", "DELETE", "HEAD"):
        setattr(Handler, f"do_{method}", Handler._handle)
    return Handler


def _error(status: int, kind: str, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "code": status}}


class _Call:
    """One request."""

    def __init__(self, catalog: SqlCatalog, method: str, parts: list[str], query: dict[str, list[str]], text: str):
        self.catalog, self.method, self.query, self.text = catalog, method, query, text
        self.parts = parts
        self.namespace = tuple(parts[1].split("\x1f")) if len(parts) > 1 else ()

    def run(self) -> tuple[int, Any]:
        match self.method, self.parts:
            case _, ["config"]:
                return 200, {"defaults": {}, "overrides": {}}
            case "GET", ["namespaces"]:
                parent = tuple(self.query["parent"][0].split("\x1f")) if "parent" in self.query else ()
                return 200, {"namespaces": [list(n) for n in self.catalog.list_namespaces(parent)]}
            case "POST", ["namespaces"]:
                given = json.loads(self.text)
                self.catalog.create_namespace(tuple(given["namespace"]), given.get("properties") or {})
                return 200, {"namespace": given["namespace"], "properties": given.get("properties") or {}}
            case "POST", ["tables", "rename"]:
                given = json.loads(self.text)
                self.catalog.rename_table(
                    *((*given[k]["namespace"], given[k]["name"]) for k in ("source", "destination"))
                )
                return 204, None
            case _, ["namespaces", _]:
                return self._of_namespace()
            case "POST", ["namespaces", _, "properties"]:
                given = json.loads(self.text)
                done = self.catalog.update_namespace_properties(
                    self.namespace, set(given.get("removals") or ()), given.get("updates") or {}
                )
                return 200, {"removed": done.removed, "updated": done.updated, "missing": done.missing}
            case "GET", ["namespaces", _, "tables"]:
                found = self.catalog.list_tables(self.namespace)
                return 200, {"identifiers": [{"namespace": list(i[:-1]), "name": i[-1]} for i in found]}
            case "POST", ["namespaces", _, "tables"]:
                return self._create()
            case _, ["namespaces", _, "tables", name]:
                return self._of_table((*self.namespace, name))
        return 404, _error(404, "NotFound", "/".join(self.parts))

    def _of_namespace(self) -> tuple[int, Any]:
        properties = self.catalog.load_namespace_properties(self.namespace)
        if self.method == "DELETE":
            self.catalog.drop_namespace(self.namespace)
        if self.method != "GET":
            return 204, None
        return 200, {"namespace": list(self.namespace), "properties": properties}

    def _create(self) -> tuple[int, Any]:
        given = CreateTableRequest.model_validate({"location": None, **json.loads(self.text)})
        staged = self.catalog._create_staged_table(
            (*self.namespace, given.name),
            given.table_schema,
            given.location,
            given.partition_spec or UNPARTITIONED_PARTITION_SPEC,
            given.write_order or UNSORTED_SORT_ORDER,
            given.properties,
        )
        assert given.stage_create
        return 200, {"metadata": json.loads(staged.metadata.model_dump_json()), "config": {}}

    def _of_table(self, identifier: tuple[str, ...]) -> tuple[int, Any]:
        if self.method == "POST":
            wanted = CommitTableRequest.model_validate_json(self.text)
            named: Any = Table(identifier, None, "", None, self.catalog)  # type: ignore[arg-type]
            response = self.catalog.commit_table(named, wanted.requirements, wanted.updates)
            return 200, json.loads(response.model_dump_json())
        if self.method == "DELETE":
            self.catalog.drop_table(identifier)
            return 204, None
        table = self.catalog.load_table(identifier)
        if self.method == "HEAD":
            return 204, None
        metadata = json.loads(table.metadata.model_dump_json())
        return 200, {"metadata-location": table.metadata_location, "metadata": metadata, "config": {}}

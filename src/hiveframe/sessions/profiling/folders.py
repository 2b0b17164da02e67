"""Joins of files with the values of their folders, which are part of a scan: the engine's two operators as one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hiveframe.engine.profiling import EngineOperator

FOLDER: Final = "__folder_path"
"""The column of folders that such a join has."""

_FILE: Final = "__file_path"


def with_folders(root: EngineOperator) -> EngineOperator:
    """The operators, each scan that is joined with its folders' values in that join's place."""
    order: list[EngineOperator] = []
    pending = [root]
    while pending:
        node = pending.pop()
        order.append(node)
        pending.extend(node.children)
    made: dict[int, EngineOperator] = {}
    for node in reversed(order):
        below = tuple(made[id(child)] for child in node.children)
        made[id(node)] = _folded(node if below == node.children else replace(node, children=below))
    return made[id(root)]


def _folded(node: EngineOperator) -> EngineOperator:
    if node.name != "HASH_JOIN" or not any(FOLDER in text for text in node.info.get("Conditions", ())):
        return node
    scan, folders = node.children
    if scan.name != "TABLE_SCAN":
        return node
    chosen = folders.info.get("Expression", ()) if folders.name == "FILTER" else ()
    told = tuple(text for text in scan.info.get("Dynamic Filters", ()) if _FILE not in text)
    filters = (*scan.info.get("Filters", ()), *chosen)
    seconds = scan.seconds + node.seconds + folders.seconds
    info = {**scan.info, "Filters": filters, "Dynamic Filters": told}
    return replace(scan, info=info, rows=node.rows, size_bytes=node.size_bytes, seconds=seconds)

"""A file that appears whole, under a name that nothing has yet."""

from __future__ import annotations

import os
import uuid

from hiveframe.lake.write.staging import sync_folder


def put_if_absent(path: str, text: str) -> bool:
    """The whole file or nothing under that name; False when it is there already."""
    folder = os.path.dirname(path)
    aside = os.path.join(folder, f".{os.path.basename(path)}.{uuid.uuid4()}.tmp")
    try:
        with open(aside, "x", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return False
    finally:
        if os.path.exists(aside):
            os.remove(aside)
    sync_folder(folder)
    return True

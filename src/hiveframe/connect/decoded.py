"""Relations decoded before: a client that asks about one DataFrame again sends the same message again.

The same message gives the same tree, the same object, by which the session finds what it has analysed already.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from pyspark.sql.connect.proto import relations_pb2

from hiveframe.connect.decode import Decoder
from hiveframe.plan import spec

_CAPACITY: Final = 64
_MAX_BYTES: Final = 64 * 1024


class Decoded:
    """The latest messages of one session with their trees. Thread-safe.

    Not kept: large messages (they hold rows), and those for which a seed was drawn, as each use draws its own.
    """

    def __init__(self) -> None:
        self._trees: OrderedDict[tuple[bytes, int], spec.Relation] = OrderedDict()
        self._lock = threading.Lock()

    def relation(self, message: relations_pb2.Relation, decoder: Decoder, settings_version: int) -> spec.Relation:
        """The tree of `message`; texts in it are parsed by the settings, hence their version."""
        if message.ByteSize() > _MAX_BYTES:
            return decoder.relation(message)
        key = (message.SerializeToString(), settings_version)
        known = self._trees.get(key)
        if known is not None:
            return known
        tree = decoder.relation(message)
        if not decoder.has_drawn:
            with self._lock:
                self._trees[key] = tree
                if len(self._trees) > _CAPACITY:
                    self._trees.popitem(last=False)
        return tree

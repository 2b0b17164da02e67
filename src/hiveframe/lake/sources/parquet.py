"""Parquet files, with Spark's schema rules. A column that is already right costs nothing over DuckDB's reader."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final

from hiveframe.functions.emit import EmitContext
from hiveframe.lake.file_listing import Listed, list_request, settle_schema
from hiveframe.lake.parquet_scan import FOOTERS_READ, ParquetDetail, check_groups, grouped, scan_parquet
from hiveframe.lake.scan import ScanSource, ScanSql
from hiveframe.lake.schema_merge import merge_schemas
from hiveframe.lake.sources.parquet_footer import FooterCache
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.stamps import have_settled

_MOST_OPENED: Final = 256


class ParquetSource:
    """Reads Parquet through DuckDB's own reader."""

    label = "Parquet"

    def __init__(self) -> None:
        self._footers = FooterCache()
        self._opened: OrderedDict[object, ScanSource] = OrderedDict()
        self._lock = Lock()

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files and reads footers: with `mergeSchema` all of them make the schema, else the first.

        What a few files opened to is opened once, for as long as the listing finds them with the same stamps.
        """
        began_ns = time.time_ns()
        listed = list_request(request, context)
        merges = request.options.flag("mergeSchema", context.settings.flag("spark.sql.parquet.mergeSchema"))
        merges = merges and request.schema is None
        if len(listed.files) > FOOTERS_READ:  # many are worth no memory
            return self._read(request, context, listed, merges=merges)
        # Nothing else of the request and the settings has a say: what they decide stands in `listed` and `merges`.
        options = tuple(request.options.items())
        key = request.paths, request.schema, options, listed, merges, context.settings.time_zone
        with self._lock:
            known = self._opened.get(key)
            if known is not None:
                self._opened.move_to_end(key)
                return known
        opened = self._read(request, context, listed, merges=merges)
        if have_settled((f.stamp for f in listed.files), began_ns):
            with self._lock:
                self._opened[key] = opened
                if len(self._opened) > _MOST_OPENED:
                    self._opened.popitem(last=False)
        return opened

    def _read(self, request: ReadRequest, context: ReadContext, listed: Listed, *, merges: bool) -> ScanSource:
        is_sampled = len(listed.files) > FOOTERS_READ and not merges
        files = listed.files[:1] if is_sampled else listed.files
        footers = self._footers.get(files, context.runner)
        schema, partitions = settle_schema(
            request, listed, self.label, lambda: merge_schemas(f.schema() for f in (footers if merges else footers[:1]))
        )
        source = ScanSource(
            "parquet",
            request.paths,
            listed.files,
            schema,
            request.options,
            partitions,
            listed.hive_layout,
            context.settings.time_zone,
            ParquetDetail(grouped(listed.files, footers, is_sampled=is_sampled), is_sampled),
        )
        check_groups(source)
        return source

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """The files' own query."""
        return scan_parquet(source, needed, context, with_path=with_path)

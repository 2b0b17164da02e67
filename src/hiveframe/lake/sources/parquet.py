"""Parquet files, with Spark's schema rules. A column that is already right costs nothing over DuckDB's reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hiveframe.functions.emit import EmitContext
from hiveframe.lake.file_listing import Listed, list_request, settle_schema
from hiveframe.lake.parquet_scan import FOOTERS_READ, ParquetDetail, check_groups, grouped, scan_parquet
from hiveframe.lake.scan import ScanSource, ScanSql
from hiveframe.lake.schema_merge import merge_schemas
from hiveframe.lake.sources.parquet_footer import FooterCache
from hiveframe.lake.sources.source import ReadContext, ReadRequest

_MOST_OPENED: Final = 256


class ParquetSource:
    """Reads Parquet through DuckDB's own reader."""

    label = "Parquet"

    def __init__(self) -> None:
        self._footers = FooterCache()
        self._opened: dict[object, ScanSource] = {}

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files and reads footers: with `mergeSchema` all of them make the schema, else the first.

        What a few files opened to is opened once, for as long as the listing finds them with the same sizes and times.
        """
        listed = list_request(request, context)
        merges = request.options.flag("mergeSchema", context.settings.flag("spark.sql.parquet.mergeSchema"))
        merges = merges and request.schema is None
        if len(listed.files) > FOOTERS_READ:  # many are worth no memory
            return self._read(request, context, listed, merges=merges)
        key = (
            request.paths,
            request.schema,
            tuple(request.options.items()),
            listed,
            merges,
            context.settings.time_zone,
        )
        known = self._opened.get(key)
        if known is None:
            known = self._read(request, context, listed, merges=merges)
            while len(self._opened) >= _MOST_OPENED:
                self._opened.pop(next(iter(self._opened), None), None)
            self._opened[key] = known
        return known

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

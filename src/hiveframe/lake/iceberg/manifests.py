"""The entries of manifests, as the library reads them, but for the doubles.

The library's compiled Avro decoder (0.12) rounds a DOUBLE to a float, which would put the files of a table that is
partitioned by one into other partitions; where there is one, its decoder in Python reads the manifest.
"""

from __future__ import annotations

from pyiceberg.avro.decoder import StreamingBinaryDecoder
from pyiceberg.avro.file import SYNC_SIZE, AvroFile, Block
from pyiceberg.io import FileIO
from pyiceberg.manifest import (
    DEFAULT_READ_VERSION,
    MANIFEST_ENTRY_SCHEMAS,
    DataFile,
    DataFileContent,
    FileFormat,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    _inherit_from_manifest,
)
from pyiceberg.types import DoubleType, StructType

_PARTITION = 102


def read_entries(io: FileIO, manifest: ManifestFile) -> list[ManifestEntry]:
    """All entries, those of removed files included, with what they inherit from the manifest."""
    with _ManifestReader(
        io.new_input(manifest.manifest_path),
        MANIFEST_ENTRY_SCHEMAS[DEFAULT_READ_VERSION],
        read_types={-1: ManifestEntry, 2: DataFile},
        read_enums={0: ManifestEntryStatus, 101: FileFormat, 134: DataFileContent},
    ) as reader:
        return [_inherit_from_manifest(entry, manifest) for entry in reader]


class _ManifestReader(AvroFile[ManifestEntry]):
    """Reads blocks by the decoder that they need."""

    def _read_block(self) -> int:
        partition = self.schema.find_type(_PARTITION)
        fields = partition.fields if isinstance(partition, StructType) else ()
        if not any(isinstance(f.field_type, DoubleType) for f in fields):
            return super()._read_block()
        if self.block and self.decoder.read(SYNC_SIZE) != self.header.sync:
            raise ValueError(f"The manifest {self.input_file.location} is broken: a block does not end where it should")
        count = self.decoder.read_int()
        content = self.decoder.read_bytes()
        codec = self.header.compression_codec()
        content = codec.decompress(content) if codec is not None else content
        self.block = Block(reader=self.reader, block_records=count, block_decoder=StreamingBinaryDecoder(content))
        return count

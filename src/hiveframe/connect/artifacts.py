"""What a client uploaded to its session: cached rows, files, Python modules, archives."""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Final

from pyspark.sql.connect.proto import base_pb2 as pb

from hiveframe.connect.decode.invalid import invalid_plan
from hiveframe.errors import SparkRuntimeException, unsupported

_CACHE: Final = "cache/"
_FORWARD: Final = "forward_to_fs"
_IMPORTABLE: Final = (".zip", ".egg", ".jar")


@dataclass(slots=True)
class _Upload:
    """One artifact on its way in."""

    name: str
    path: Path
    file: IO[bytes]
    intact: bool = True
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, chunk: pb.AddArtifactsRequest.ArtifactChunk) -> None:
        self.intact = self.intact and zlib.crc32(chunk.data) == chunk.crc
        self.digest.update(chunk.data)
        self.file.write(chunk.data)


class Artifacts:
    """A session's uploads, kept in a private folder until the session closes."""

    def __init__(self, on_python_path: Callable[[str], None], on_files: Callable[[str], None]) -> None:
        self._on_python_path = on_python_path
        self._on_files = on_files
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._cached: dict[str, Path] = {}
        self._digests: dict[str, bytes] = {}
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where the uploads lie (`files/`, `pyfiles/`, `archives/` …); made on first use."""
        with self._lock:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="hiveframe-artifacts-", ignore_cleanup_errors=True)
            return Path(self._folder.name)

    def cached(self, name: str) -> memoryview | None:
        """The blob uploaded under this hash, mapped and not read; None when there is none."""
        path = self._cached.get(name)
        if path is None:
            return None
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return memoryview(b"")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def exists(self, name: str) -> bool:
        """Whether a cached blob has this name (`cache/<hash>`); other kinds are never reported, as in Spark."""
        return name.startswith(_CACHE) and name.removeprefix(_CACHE) in self._cached

    def add(self, requests: Iterable[pb.AddArtifactsRequest]) -> list[pb.AddArtifactsResponse.ArtifactSummary]:
        """Store everything the requests carry; an upload with a wrong checksum is reported and dropped."""
        return [self._finish(upload) for upload in self._uploads(requests)]

    def close(self) -> None:
        """Delete the folder."""
        with self._lock:
            folder, self._folder = self._folder, None
            self._cached.clear()
        if folder is not None:
            folder.cleanup()

    # --------------------------------------------------------------------------------------------------- helpers

    def _uploads(self, requests: Iterable[pb.AddArtifactsRequest]) -> Iterator[_Upload]:
        open_upload: _Upload | None = None
        missing = 0
        for request in requests:
            kind = request.WhichOneof("payload")
            if kind == "batch":
                for artifact in request.batch.artifacts:
                    yield self._whole(artifact)
            elif kind == "begin_chunk":
                begin = request.begin_chunk
                open_upload, missing = self._begin(begin.name), begin.num_chunks - 1
                open_upload.add(begin.initial_chunk)
            elif kind == "chunk" and open_upload is not None:
                open_upload.add(request.chunk)
                missing -= 1
            if open_upload is not None and missing <= 0:
                yield open_upload
                open_upload = None
        if open_upload is not None:
            open_upload.file.close()
            open_upload.path.unlink()
            raise invalid_plan("ASSERTION_FAILURE", message=f"The upload of {open_upload.name!r} lacks chunks.")

    def _whole(self, artifact: pb.AddArtifactsRequest.SingleChunkArtifact) -> _Upload:
        upload = self._begin(artifact.name)
        upload.add(artifact.data)
        return upload

    def _begin(self, name: str) -> _Upload:
        if name.partition("/")[0] == _FORWARD:
            raise unsupported("copying files from the client to the server's file system")
        descriptor, path = tempfile.mkstemp(dir=self.folder, prefix="upload-")
        return _Upload(name, Path(path), os.fdopen(descriptor, "wb"))

    def _finish(self, upload: _Upload) -> pb.AddArtifactsResponse.ArtifactSummary:
        upload.file.close()
        if upload.intact:
            self._store(upload)
        else:
            upload.path.unlink()
        return pb.AddArtifactsResponse.ArtifactSummary(name=upload.name, is_crc_successful=upload.intact)

    def _store(self, upload: _Upload) -> None:
        relative = _relative(upload.name)
        digest = upload.digest.digest()
        known = self._digests.get(relative)
        if known is not None:
            upload.path.unlink()
            if known != digest:
                raise SparkRuntimeException("ARTIFACT_ALREADY_EXISTS", {"normalizedRemoteRelativePath": relative})
            return
        kind, _, name = relative.partition("/")
        if kind == "archives":
            target = self.folder / kind / (name.partition("#")[2] or name)
            _unpack(upload.path, name.partition("#")[0], target)
            self._offer(target)
        else:
            target = self.folder / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            upload.path.replace(target)
            self._announce(kind, name, target)
        self._digests[relative] = digest

    def _announce(self, kind: str, name: str, target: Path) -> None:
        if kind == "cache":
            self._cached[name] = target
        elif kind == "pyfiles":
            self._on_python_path(str(target if target.suffix in _IMPORTABLE else target.parent))
        elif kind == "files":
            self._offer(target)

    def _offer(self, target: Path) -> None:
        """Files and archives lie side by side in the folder that `SparkFiles` names."""
        root = self.folder / "root"
        root.mkdir(exist_ok=True)
        link = root / target.name
        if not link.exists():
            link.symlink_to(target)
        self._on_files(str(root))


def _relative(name: str) -> str:
    """The name as a path below the session's folder; INVALID_ARTIFACT_PATH when it leads out of it."""
    normal = os.path.normpath(name)
    if PurePosixPath(name).is_absolute() or normal.startswith("..") or os.path.isabs(normal) or "\x00" in name:
        raise SparkRuntimeException("INVALID_ARTIFACT_PATH", {"name": name})
    return normal


def _unpack(archive: Path, name: str, into: Path) -> None:
    """Unpack `archive`, whose kind its `name` tells, and delete it; members that would lie outside are refused."""
    if name.endswith((".zip", ".jar")):
        shutil.unpack_archive(archive, into, "zip")
    else:
        shutil.unpack_archive(archive, into, "tar" if name.endswith(".tar") else "gztar", filter="data")
    archive.unlink()

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path

import grpc
import pandas as pd
import pyspark.sql.connect.proto as pb
import pytest


def session_of(service, spark):
    return next(s for s in service.manager.sessions() if s.key.session_id == spark.session_id)


def test_large_local_rows_are_uploaded_once_and_found_by_hash(spark, runtime):
    frame = pd.DataFrame({"n": range(300_000)})
    rows = spark.createDataFrame(frame)
    sent = rows._plan.plan(spark.client).to_df.input
    assert sent.WhichOneof("rel_type") == "chunked_cached_local_relation"
    assert [row[0] for row in rows.collect()] == list(range(300_000))


def test_small_local_rows_travel_with_the_plan(spark, runtime):
    spark.createDataFrame([(1,), (2,)], ["n"]).collect()
    plan = runtime().plans[-1]
    assert plan.names == ("n",)
    plan = plan.child
    assert plan.data.column(0).to_pylist() == [1, 2]
    assert plan.schema.fields[0].name == "n"


def test_a_python_file_becomes_importable(spark, runtime, tmp_path):
    module = tmp_path / "helper.py"
    module.write_text("ANSWER = 42\n")
    spark.addArtifacts(str(module), pyfile=True)
    folder = Path(runtime().python_path[0])
    assert (folder / "helper.py").read_text() == "ANSWER = 42\n"


def test_a_python_archive_is_put_on_the_path_itself(spark, runtime, tmp_path):
    archive = tmp_path / "lib.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("lib/__init__.py", "x" * 100_000)
    spark.addArtifacts(str(archive), pyfile=True)
    assert runtime().python_path[0].endswith("pyfiles/lib.zip")


def test_files_and_archives_lie_in_the_sessions_folder(spark, service, tmp_path):
    text, archive = tmp_path / "data.txt", tmp_path / "more.zip"
    text.write_bytes(b"x" * 200_000)
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("inner.txt", "inside")
    spark.addArtifacts(str(text), file=True)
    spark.addArtifacts(f"{archive}#models", archive=True)
    folder = session_of(service, spark).artifacts.folder
    assert (folder / "files" / "data.txt").read_bytes() == b"x" * 200_000
    assert (folder / "archives" / "models" / "inner.txt").read_text() == "inside"


def test_closing_the_session_deletes_its_uploads(connect, service, tmp_path):
    spark = connect()
    (tmp_path / "a.txt").write_text("a")
    spark.addArtifacts(str(tmp_path / "a.txt"), file=True)
    folder = session_of(service, spark).artifacts.folder
    assert folder.exists()
    spark.client.release_session()
    assert not folder.exists()


def upload(spark, name, data, crc=None):
    chunk = pb.AddArtifactsRequest.ArtifactChunk(data=data, crc=zlib.crc32(data) if crc is None else crc)
    artifact = pb.AddArtifactsRequest.SingleChunkArtifact(name=name, data=chunk)
    request = pb.AddArtifactsRequest(
        session_id=spark.session_id, batch=pb.AddArtifactsRequest.Batch(artifacts=[artifact])
    )
    request.user_context.user_id = spark.client._user_id or ""
    (summary,) = spark.client._stub.AddArtifacts(iter([request])).artifacts
    return summary.is_crc_successful


def test_an_upload_with_a_wrong_checksum_is_dropped(spark, service):
    assert upload(spark, "files/a.txt", b"x", crc=5) is False
    assert not (session_of(service, spark).artifacts.folder / "files" / "a.txt").exists()


def test_the_same_upload_again_is_fine_and_another_under_its_name_is_not(spark):
    assert upload(spark, "files/a.txt", b"x")
    assert upload(spark, "files/a.txt", b"x")
    with pytest.raises(grpc.RpcError, match="ARTIFACT_ALREADY_EXISTS"):
        upload(spark, "files/a.txt", b"y")


@pytest.mark.parametrize("name", ["../b", "/abs/b", "files/../../b"])
def test_an_upload_cannot_leave_the_sessions_folder(spark, name):
    with pytest.raises(grpc.RpcError, match="INVALID_ARTIFACT_PATH"):
        upload(spark, name, b"x")


def test_copying_to_the_servers_file_system_is_refused(spark, tmp_path):
    (tmp_path / "a").write_text("a")
    with pytest.raises(Exception, match="server's file system"):
        spark.copyFromLocalToFs(str(tmp_path / "a"), str(tmp_path / "b"))


def test_only_cached_blobs_are_reported(spark):
    digest = hashlib.sha256(b"q").hexdigest()
    upload(spark, f"cache/{digest}", b"q")
    upload(spark, "files/a.txt", b"x")
    assert spark.client._artifact_manager.is_cached_artifact(digest)
    request = pb.ArtifactStatusesRequest(session_id=spark.session_id, names=["files/a.txt", "nope"])
    request.user_context.user_id = spark.client._user_id or ""
    statuses = spark.client._stub.ArtifactStatus(request).statuses
    assert {name: s.exists for name, s in statuses.items()} == {"files/a.txt": False, "nope": False}

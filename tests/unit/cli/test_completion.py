"""What Tab offers in the SQL shell."""

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from hiveframe.cli.completion import SqlCompleter


class FixedNames:
    """A session with two tables."""

    def tables(self) -> list[str]:
        return ["flights", "Planes", "sales."]

    def columns(self, table: str) -> list[str]:
        return {"flights": ["carrier", "selected", "dep_delay"], "Planes": ["seats"]}.get(table, [])

    def functions(self) -> list[str]:
        return ["selu", "upper"]


def offered(text: str) -> list[str]:
    completions = SqlCompleter(FixedNames()).get_completions(Document(text), CompleteEvent())
    return [completion.text for completion in completions]


@pytest.mark.parametrize("before", ["SELECT * FROM ", "select 1 from a join ", "DESCRIBE ", "insert into "])
def test_tables_are_offered_where_a_table_must_stand(before: str) -> None:
    assert offered(before) == ["flights", "Planes", "sales."]
    assert offered(f"{before}pl") == ["Planes"]


def test_columns_of_the_mentioned_tables_come_before_keywords_and_functions() -> None:
    assert offered("SELECT * FROM flights WHERE sel") == ["selected", "select", "selu("]


def test_keywords_follow_the_case_that_is_typed() -> None:
    assert offered("SEL")[0] == "SELECT"


def test_a_qualified_name_offers_that_tables_columns() -> None:
    assert offered("SELECT flights.dep") == ["flights.dep_delay"]
    assert offered("SELECT nothing.dep") == []

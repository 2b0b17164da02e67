"""The table of functions."""

from hiveframe.functions.registry import FAMILIES


def test_every_family_is_listed_once() -> None:
    assert sorted(FAMILIES) == sorted(set(FAMILIES))

"""Our `dataclass` is the standard one to whoever looks, but makes its methods when they are first called."""

import copy
import pickle
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from dataclasses import dataclass as standard

import pytest

from hiveframe.dataclass import dataclass, replaced_fields


@dataclass(frozen=True, slots=True)
class Point:
    """A value."""

    x: int
    y: int = 2
    tags: tuple[str, ...] = field(default_factory=tuple)
    note: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Compared by identity."""

    child: object


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Base:
    """A base with keyword fields only."""

    plan_id: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Leaf(Base):
    """Its own fields come first."""

    name: str


def test_values_compare_and_hash_by_their_compared_fields():
    assert Point(1) == Point(1, 2, (), note="other")
    assert Point(1) != Point(1, 3)
    assert Point(1) != (1, 2, ())
    assert len({Point(1), Point(1, 2), Point(2)}) == 2


def test_nodes_compare_by_identity():
    assert Node(1) != Node(1)
    assert len({Node(1), Node(1)}) == 2


def test_fields_replace_match_and_text_work_as_ever():
    assert is_dataclass(Point)
    assert [f.name for f in fields(Point)] == ["x", "y", "tags", "note"]
    assert replace(Point(1), y=5) == Point(1, 5)
    assert repr(Point(1)) == "Point(x=1, y=2, tags=())"
    match Point(7, 8):
        case Point(x, y):
            assert (x, y) == (7, 8)


def test_keyword_fields_of_a_base_follow_by_name():
    leaf = Leaf("a", plan_id=3)
    assert (leaf.name, leaf.plan_id) == ("a", 3)
    with pytest.raises(TypeError):
        Leaf("a", 3)
    with pytest.raises(TypeError):
        Leaf()


def test_nothing_can_be_changed():
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2
    with pytest.raises(FrozenInstanceError):
        del point.x


def test_copies_and_pickles_are_equal():
    point = Point(1, tags=("a",), note="kept")
    for twin in (copy.copy(point), copy.deepcopy(point), pickle.loads(pickle.dumps(point))):
        assert twin == point
        assert twin.note == "kept"


def test_each_default_of_a_factory_is_its_own():
    @dataclass(frozen=True, slots=True)
    class Holder:
        """Holds a list."""

        items: list[int] = field(default_factory=list)

    assert Holder().items is not Holder().items


def test_fields_are_replaced_as_the_standard_function_replaces_them():
    point = Point(1, tags=("a",), note="kept")
    assert replaced_fields(point, {"y": 5}) == replace(point, y=5)
    assert replaced_fields(point, {"y": 5}).note == "kept"
    leaf = replaced_fields(Leaf("a", plan_id=3), {"name": "b"})
    assert (leaf.name, leaf.plan_id) == ("b", 3)
    with pytest.raises(TypeError):
        replaced_fields(point, {"z": 1})


def test_fields_of_a_standard_class_are_replaced_too():
    @standard
    class Mutable:
        x: int
        y: int = 0

    assert replaced_fields(Mutable(1, 2), {"x": 3}) == Mutable(3, 2)

"""Which columns of which files are kept next: a pure choice from how often they were read."""

from __future__ import annotations

from hiveframe.engine.hot_columns.choosing import FADED, USES_WHEN_BUSY, USES_WHEN_IDLE, PartWanted, next_part
from hiveframe.engine.hot_columns.parts import HALF_LIFE_S, Family, Part
from hiveframe.lake.kept_columns import Reading
from hiveframe.lake.scan import ScanFile

BUSY, IDLE = USES_WHEN_BUSY, USES_WHEN_IDLE


def reading(*wanted: str, files: str = "f") -> Reading:
    listed = tuple(ScanFile(name, 100, 7) for name in files)
    return Reading("read", ("r",), listed, (("a", "INT"), ("b", "INT"), ("c", "INT")), wanted, {}, {}, True)


def read(family: Family, *wanted: str, files: str = "f", times: int = 1, now_s: float = 0.0) -> None:
    for _ in range(times):
        family.note(reading(*wanted, files=files), now_s)


def family() -> Family:
    return Family(reading())


def part(columns: str, files: str = "f") -> Part:
    return Part("p", frozenset(columns), {name: (i, (100, 7)) for i, name in enumerate(files)}, 10 * len(files))


def test_eight_uses_keep_a_column_and_two_while_nothing_runs() -> None:
    made = family()
    read(made, "a")
    assert next_part(made, 0.0, IDLE) is None
    read(made, "a")
    assert next_part(made, 0.0, IDLE) == PartWanted(frozenset("a"), ("f",), (), 2.0)
    read(made, "a", times=5)
    assert next_part(made, 0.0, BUSY) is None
    read(made, "a")
    assert next_part(made, 0.0, BUSY) == PartWanted(frozenset("a"), ("f",), (), 8.0)


def test_uses_count_for_half_after_a_half_life() -> None:
    made = family()
    read(made, "a", times=8)
    assert next_part(made, HALF_LIFE_S, BUSY) is None
    read(made, "a", times=4, now_s=HALF_LIFE_S)
    wanted = next_part(made, HALF_LIFE_S, BUSY)
    assert wanted is not None
    assert wanted.strength == 8.0


def test_columns_that_were_read_twice_come_along_and_those_read_once_do_not() -> None:
    made = family()
    read(made, "a", times=8)
    read(made, "b", times=2)
    read(made, "c")
    wanted = next_part(made, 0.0, BUSY)
    assert wanted is not None
    assert wanted.columns == frozenset("ab")


def test_a_column_of_few_of_the_files_is_not_kept_of_all() -> None:
    made = family()
    read(made, "a", files="12345678", times=8)
    read(made, "b", files="1", times=9)
    wanted = next_part(made, 0.0, BUSY)
    assert wanted is not None
    assert wanted.columns == frozenset("a")
    read(made, "b", files="12345678", times=7)
    wanted = next_part(made, 0.0, BUSY)
    assert wanted is not None
    assert wanted.columns == frozenset("ab")


def test_what_is_kept_is_not_wanted_again() -> None:
    made = family()
    read(made, "a", times=9)
    made.parts.append(part("ab"))
    assert next_part(made, 0.0, BUSY) is None


def test_another_column_makes_a_part_that_takes_the_place_of_the_old() -> None:
    made = family()
    old = part("a")
    made.parts.append(old)
    read(made, "b", times=8)
    read(made, "a")
    wanted = next_part(made, 0.0, BUSY)
    assert wanted is not None
    assert (wanted.columns, wanted.replaced) == (frozenset("ab"), (old,))


def test_a_kept_column_that_has_faded_is_let_go() -> None:
    made = family()
    read(made, "a")
    made.parts.append(part("a"))
    later_s = HALF_LIFE_S * 3
    read(made, "b", times=8, now_s=later_s)
    assert made.columns.strength("a", later_s) < FADED
    wanted = next_part(made, later_s, BUSY)
    assert wanted is not None
    assert wanted.columns == frozenset("b")


def test_files_that_came_are_a_part_beside_the_others_until_the_smaller_of_four_become_one_with_them() -> None:
    made = family()
    made.parts += [part("ab", name) for name in ("123", "4567", "8")]
    read(made, "a", files="123456789", times=8)
    assert next_part(made, 0.0, BUSY) == PartWanted(frozenset("ab"), ("9",), (), 8.0)
    made.parts.append(part("abc", "9"))
    read(made, "a", files="123456789X", times=8)
    wanted = next_part(made, 0.0, BUSY)
    assert wanted is not None
    assert (wanted.columns, wanted.paths) == (frozenset("ab"), ("8", "9", "X"))
    assert wanted.replaced == tuple(made.parts[2:])


def test_a_large_part_whose_files_are_mostly_gone_becomes_one_with_the_smaller() -> None:
    made = family()
    made.parts += [part("a", name) for name in ("123", "4567", "8", "9")]
    read(made, "a", files="14589X", times=8)
    wanted = next_part(made, 0.0, BUSY)
    assert wanted is not None
    assert wanted.paths == ("1", "9", "X")
    assert wanted.replaced == (made.parts[0], made.parts[3])


def test_a_file_that_was_written_anew_is_wanted_anew() -> None:
    made = family()
    read(made, "a", times=8)
    made.parts.append(Part("p", frozenset("a"), {"f": (0, (100, 6))}, 10))
    assert made.dead_parts() == made.parts
    wanted = next_part(made, 0.0, BUSY)
    assert wanted is not None
    assert wanted.paths == ("f",)

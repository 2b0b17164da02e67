from __future__ import annotations

from hiveframe.swarm.shares import Shares


def test_in_a_crowd_each_place_has_one_thread_and_its_part_of_memory_and_else_a_query_may_have_all():
    shares = Shares(8)
    assert shares.now(0.0, 8) == (8, 1)
    assert shares.now(0.9, 8) == (1, 8)
    assert shares.now(0.9, 5) == (4, 5)
    assert shares.now(0.9, 20) == (1, 20)


def test_between_crowded_and_calm_nothing_changes():
    shares = Shares(4)
    assert shares.now(0.4, 4) == (4, 1)
    assert shares.now(0.7, 4) == (1, 4)
    assert shares.now(0.4, 4) == (1, 4)
    assert shares.now(0.1, 4) == (4, 1)

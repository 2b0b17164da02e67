"""Which entries stay in memory."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiveframe.cache.memory_tier import MemoryTier
from hiveframe.cache.pheromone import HALF_LIVES, Pheromone, Trails
from hiveframe.cache.rows import HEAD_BYTES, KeptRows
from hiveframe.cache.trails import deposited, worth


def made(size_bytes, cost_s=1.0):
    return KeptRows(os.urandom(size_bytes - HEAD_BYTES), 1, cost_s)


@pytest.mark.parametrize("policy", [Trails, Pheromone])
@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(0, 20), st.integers(100, 4_000), st.floats(0.001, 100)), max_size=120),
    gone=st.sets(st.integers(0, 20)),
)
def test_the_bound_holds_whatever_is_offered_used_and_removed(policy, steps, gone):
    tier = MemoryTier(policy(10_000))
    for i, (key, size_bytes, cost_s) in enumerate(steps):
        if tier.get(str(key)) is None:
            tier.put(str(key), made(size_bytes, cost_s))
        if key in gone and i % 3 == 0:
            tier.remove(str(key))
        assert tier.size_bytes <= 10_000
        assert all(tier.may_hold(k[:8]) for k, _ in tier.entries())


def test_an_entry_larger_than_the_tier_is_refused():
    tier = MemoryTier(Pheromone(1_000))
    assert not tier.put("k", made(2_000))
    assert len(tier) == 0


def test_what_is_used_again_outlives_what_is_not():
    tier = MemoryTier(Trails(3_000))
    for key in "abc":
        tier.put(key, made(1_000))
    tier.get("a")
    tier.get("c")
    assert tier.put("d", made(1_000))
    assert sorted(k for k, _ in tier.entries()) == ["a", "c", "d"]


def test_a_newcomer_does_not_drive_out_what_is_used_all_the_time():
    tier = MemoryTier(Trails(2_000))
    for _ in range(5):
        for key in "ab":
            assert tier.get(key) is not None or tier.put(key, made(1_000))
    assert not tier.put("once", made(1_000))
    assert sorted(k for k, _ in tier.entries()) == ["a", "b"]


def test_what_was_turned_away_comes_in_when_it_is_wanted_again_and_again():
    tier = MemoryTier(Trails(2_000))
    for _ in range(3):
        for key in "ab":
            assert tier.get(key) is not None or tier.put(key, made(1_000))
    assert not tier.put("c", made(1_000))
    assert any(tier.put("c", made(1_000)) for _ in range(5))


def test_dear_entries_stay_and_cheap_ones_go():
    tier = MemoryTier(Trails(3_000))
    tier.put("dear", made(1_000, cost_s=100))
    tier.put("cheap", made(1_000, cost_s=0.01))
    tier.put("middle", made(1_000))
    assert tier.put("new", made(1_000))
    assert sorted(k for k, _ in tier.entries()) == ["dear", "middle", "new"]


def test_trails_evaporate_by_half_and_add_up():
    alone = deposited(None, 10.0, 0.0)
    assert deposited(alone, 10.0, 0.0) == pytest.approx(11.0)  # twice as strong: one half-life more
    assert deposited(alone, 11.0, 0.0) == pytest.approx(11.0 + 0.5849625)  # 1 + 1/2
    assert deposited(1e6, 0.0, 0.0) == 1e6
    assert deposited(0.0, 1e6, 0.0) == 1e6
    assert worth(1_000, 2.0) > worth(1_000, 1.0) > worth(2_000, 1.0)


def test_scouts_find_a_long_memory_where_wants_stay_and_a_short_one_where_they_move():
    steady, moving = Pheromone(20_000), Pheromone(20_000)
    for i in range(20_000):
        popular = f"hot {(i * i) % 97 % 31}" if i % 2 else f"cold {(i * 7919) % 3001}"
        ask(steady, popular)
        ask(moving, f"{i // 200} {(i * 7919) % 60}")
    assert steady.half_life > moving.half_life
    assert {steady.half_life, moving.half_life} <= set(HALF_LIVES)


def ask(policy, key):
    if key in policy:
        policy.hit(key)
    else:
        policy.admit(key, 500, 1.0)

"""A peer's function suite passes but for the cases listed, each with its reason; the list is right both ways.

`python -m tests.record.peer_suite` rewrites the list and keeps the reasons of what still fails.
"""

import pytest

from tests.conformance.peer_suite import RUNNER, known_failures, run_suite

FLOOR = 5924


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.skipif(not RUNNER.exists(), reason="the peer's suite is not beside this checkout")
def test_the_peers_function_suite_passes_but_for_the_known_cases():
    failing, passed = run_suite()
    known = known_failures()
    firm = {case for case, reason in known.items() if not reason.startswith("order:")}
    assert not failing - set(known), f"cases that passed before: {sorted(failing - set(known))}"
    assert not firm - failing, f"cases that pass now, to be taken off the list: {sorted(firm - failing)}"
    assert passed >= FLOOR

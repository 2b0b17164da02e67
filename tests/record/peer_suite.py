"""Rewrite the list of the cases of the peer's function suite that fail; reasons of those that still fail are kept.

python -m tests.record.peer_suite
"""

from tests.conformance.peer_suite import FAILURES, known_failures, run_suite


def main() -> None:
    failing, passed = run_suite()
    reasons = known_failures()
    lines = [f"{case}  # {reasons[case]}" if reasons.get(case) else case for case in sorted(failing)]
    FAILURES.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{passed} passed, {len(failing)} failed")


if __name__ == "__main__":
    main()

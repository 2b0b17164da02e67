"""The steps of a commit, named so that a fault test can stop the process at each of them."""


def reached(step: str) -> None:
    """Nothing; a test puts something else in the place of this function."""

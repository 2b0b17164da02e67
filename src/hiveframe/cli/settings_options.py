"""The option that every command with a session shares: `--conf NAME=VALUE`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from hiveframe.cli.failures import UsageError


def add_conf_option(parser: argparse.ArgumentParser) -> None:
    """Add `--conf`, which may be given many times."""
    parser.add_argument(
        "--conf", action="append", default=[], metavar="NAME=VALUE", help="a setting, such as spark.driver.memory=2g"
    )


def parse_conf(pairs: Sequence[str]) -> dict[str, str]:
    """The settings by name; a pair without `=` is a usage error."""
    settings = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise UsageError(f"--conf takes NAME=VALUE, not {pair!r}; for example --conf spark.driver.memory=2g")
        settings[name.strip()] = value.strip()
    return settings

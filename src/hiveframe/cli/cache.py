"""`hiveframe cache`: the results that are kept on disk: how many, how large, how often they served; let them go."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from hiveframe.cli.failures import UsageError
from hiveframe.cli.settings_options import add_conf_option, parse_conf

if TYPE_CHECKING:
    from hiveframe.cache.disk_tier import DiskTier

SUMMARY = "Show, thin out or clear the results that are kept on disk."

EXAMPLES = """\
  hiveframe cache                     how much is kept, and how often it served
  hiveframe cache list                every entry, the most useful first
  hiveframe cache evict KEY …         let entries go
  hiveframe cache shrink 100MB        let the least useful go until the rest has that size
  hiveframe cache clear               let all go

Results in memory end with their process: SELECT * FROM system.cache.entries shows a session's, CLEAR CACHE drops them.
Nothing is kept on disk unless spark.hiveframe.cache.disk gives room to it.
"""

ACTIONS = ("show", "list", "evict", "shrink", "clear")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", nargs="?", default="show", choices=ACTIONS, help="what to do (default: show)")
    parser.add_argument("items", nargs="*", metavar="ITEM", help="keys to evict, or the size to shrink to")
    parser.add_argument("--json", action="store_true", help="print what `show` and `list` find as JSON")
    add_conf_option(parser)


def execute(args: argparse.Namespace) -> int:
    """Do it; 1 when a key to evict is not there."""
    from hiveframe.cache.process import disk_tier
    from hiveframe.settings import Settings

    tier = disk_tier(Settings(parse_conf(args.conf)))
    if bool(args.items) != (args.action in ("evict", "shrink")):
        raise UsageError(f"{args.action} takes {'keys or a size' if not args.items else 'nothing more'}")
    if args.action == "clear":
        count = len(tier.entries())
        tier.clear()
        print(f"{count} entries are gone")
    elif args.action == "evict":
        return evict(tier, args.items)
    elif args.action == "shrink":
        shrink(tier, args.items)
    elif args.action == "list":
        show_entries(tier, as_json=args.json)
    else:
        show(tier, as_json=args.json)
    return 0


def evict(tier: DiskTier, keys: list[str]) -> int:
    """Let entries go; 1 when one is not there."""
    missing = [key for key in keys if not tier.evict(key)]
    for key in missing:
        print(f"there is no entry {key}")
    print(f"{len(keys) - len(missing)} entries are gone")
    return 1 if missing else 0


def shrink(tier: DiskTier, sizes: list[str]) -> None:
    """Let the least useful entries go."""
    from hiveframe.errors import SparkError
    from hiveframe.settings import size_bytes

    try:
        (limit_bytes,) = map(size_bytes, sizes)
    except (SparkError, ValueError):
        raise UsageError(f"shrink takes one size such as 100MB, not {' '.join(sizes)}") from None
    print(f"{tier.shrink(limit_bytes)} entries are gone")


def show(tier: DiskTier, *, as_json: bool) -> None:
    """How much is kept, and what all processes have counted."""
    entries = tier.entries()
    counted = dict(tier.counts())
    found = {"folder": tier.folder, "limit_bytes": tier.limit_bytes, "entries": len(entries)}
    found |= {"size_bytes": sum(e.size_bytes for e in entries), **counted}
    if as_json:
        print(json.dumps(found, indent=2))
        return
    width = max(map(len, found))
    for name, value in found.items():
        print(f"{name:<{width}}  {value:,}" if isinstance(value, int) else f"{name:<{width}}  {value}")
    asked = counted.get("hits", 0) + counted.get("misses", 0)
    if asked:
        print(f"{'served':<{width}}  {counted.get('hits', 0) / asked:.1%} of what was asked")


def show_entries(tier: DiskTier, *, as_json: bool) -> None:
    """Every entry."""
    entries = tier.entries()
    if as_json:
        print(json.dumps([asdict(entry) for entry in entries], indent=2))
        return
    for entry in entries:
        trail = datetime.fromtimestamp(entry.trail_s).isoformat(" ", "seconds")
        print(
            f"{entry.key}  {entry.size_bytes:>12,} bytes  {entry.row_count:>10,} rows  {entry.cost_s:>8.3f} s  {trail}"
        )

"""`hiveframe serve` with another door: python -m benchmarks.overload.serving NAME (of the names in `DOORS`)."""

import sys
from collections.abc import Callable
from random import Random

from benchmarks.options import UNCACHED
from benchmarks.overload.limits import Aimd, Fixed, Gradient2
from hiveframe.cli.serve import announce
from hiveframe.connect.local import session_manager
from hiveframe.connect.server import serve
from hiveframe.engine.database import default_threads
from hiveframe.sessions.admission import Door, door_for
from hiveframe.settings import Settings
from hiveframe.swarm.admission import Admission
from hiveframe.swarm.temperature import Limit

NONE, COLONY = "engine alone", "colony"
INTERACTIVE_S = 0.5


def limited(limit: Limit) -> Door:
    """A door that turns away whoever finds no place, and knows one kind of work."""
    return Door(Admission(limit, Random(), interactive_s=float("inf"), lottery=False))


DOORS: dict[str, Callable[[], Door | None]] = {
    NONE: lambda: None,
    "fixed limit": lambda: limited(Fixed(2 * default_threads())),
    "AIMD": lambda: limited(Aimd(2 * default_threads(), INTERACTIVE_S)),
    "Gradient2": lambda: limited(Gradient2(2 * default_threads())),
    COLONY: lambda: door_for(Settings()),
}


def main(name: str) -> None:
    """Serve until the process is ended."""
    serve(
        port=0,
        manager=session_manager(UNCACHED),
        door=DOORS[name](),
        on_started=lambda server: announce("127.0.0.1", server.port),
    )


if __name__ == "__main__":
    main(sys.argv[1])

"""A plan as it is put to the cache: under its settings, over its files as they are now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from hiveframe.cache.fragments import fragment_of, sources_in
from hiveframe.cache.keys import PlanKey, Stamps, hint_of, plan_key
from hiveframe.lake.exact_state import stamped_files
from hiveframe.lake.scan import ScanSource
from hiveframe.plan import logical as lg
from hiveframe.settings import Settings

MakeKey = Callable[[lg.Relation], PlanKey | None]


class Question:
    """One run of a plan, seen from the cache. What costs something is computed when it is first needed.

    `sources` are all that the plan reads. `once` gives what its argument makes of the plan, perhaps made before.
    `keeps_all`: rows that another run may give otherwise are to be kept, too.
    """

    def __init__(
        self,
        plan: lg.Relation,
        sources: Sequence[ScanSource],
        settings: Settings,
        *,
        keeps_all: bool,
        once: Callable[[MakeKey], PlanKey | None],
    ) -> None:
        self.plan = plan
        self._sources = sources
        self._settings = settings.copy()  # they may change before the key is made
        self._keeps_all = keeps_all
        self._once = once

    @cached_property
    def hint(self) -> str:
        """How the name begins."""
        return hint_of(self.plan, self._sources)

    @cached_property
    def stamps(self) -> Stamps:
        """The stamps of the files that are read."""
        return Stamps.now(path for source in self._sources for path in stamped_files(source))

    @cached_property
    def key(self) -> PlanKey | None:
        """The plan's key; None where its rows are not to be kept."""
        key = self._once(lambda plan: plan_key(plan, self._settings))
        return key if key is not None and (key.is_determined or self._keeps_all) else None

    @property
    def name(self) -> str | None:
        """Under what the rows are kept."""
        return None if self.key is None else f"{self.hint}-{self.key.at(self.stamps)}"

    def part_name(self, part: lg.Relation, may_hold: Callable[[str], bool] = lambda hint: True) -> str | None:
        """The name of a part of the plan; None where no name that begins like it `may_hold` rows."""
        hint = hint_of(part, sources_in(part))
        key = plan_key(part, self._settings) if may_hold(hint) else None
        return None if key is None else f"{hint}-{key.at(self.stamps)}"

    def fragment(self) -> tuple[str, tuple[int, ...]] | None:
        """The name of the aggregation whose rows the result holds, and where it holds its columns."""
        found = fragment_of(self.plan)
        name = self.part_name(found.plan) if found is not None else None
        return None if found is None or name is None else (name, found.positions)

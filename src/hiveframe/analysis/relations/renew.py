"""A relation used a second time: the same rows under new column ids."""

from __future__ import annotations

from hiveframe.analysis.frame import Resolved, Run
from hiveframe.analysis.scope import Scope
from hiveframe.plan import logical as lg


def renew(resolved: Resolved, run: Run) -> Resolved:
    """`resolved` behind a projection that gives its columns (hidden ones stay behind) ids of their own."""
    run.has_renewed = True
    scope = resolved.scope
    new = {c.id: lg.Column(run.fresh_id(), c.name, c.dtype, c.nullable, c.metadata) for c in scope.columns}
    plan = lg.Project(resolved.plan, tuple(lg.Named(new[c.id], c) for c in scope.columns))
    renewed = Scope([new[c.id] for c in scope.columns], scope.qualifiers, case_sensitive=scope.case_sensitive)
    return Resolved(plan, renewed, (resolved,), resolved.plan_id, renewed=new)

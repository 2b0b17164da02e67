"""Relations as sqlglot trees."""
from hiveframe.functions.sql import Sql
from hiveframe.plan.logical import Relation
def emit_query(plan: Relation, ctx) -> Sql: raise NotImplementedError

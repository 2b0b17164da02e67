"""The unresolved tree: what a client or SQL text asked for, before any name or type is known.

Both front doors (the Connect protocol and SwarmQL text) produce these nodes; `analysis` turns them into
`plan.logical`. Nodes are frozen data, compared by identity. Literal values are kept as they are stored:

DATE days since 1970-01-01; TIMESTAMP, TIMESTAMP_NTZ microseconds since the epoch; TIME nanoseconds of the day;
YEAR-MONTH interval months; DAY-TIME interval microseconds; calendar interval (months, days, microseconds);
DECIMAL `decimal.Decimal`; ARRAY and STRUCT a tuple; MAP a tuple of (key, value); NULL None.
"""

from hiveframe.plan.spec.expressions import *  # noqa: F403 - one name for all of them
from hiveframe.plan.spec.frames import *  # noqa: F403 - one name for all of them
from hiveframe.plan.spec.nodes import *  # noqa: F403 - one name for all of them
from hiveframe.plan.spec.relations import *  # noqa: F403 - one name for all of them

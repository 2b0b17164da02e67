"""The typed tree: every name is an id, every expression has a type, every relation has an output.

Analysis produces it, the optimiser rewrites it, the engine emits it. Nodes are frozen data compared by identity.
A `Column` carries an id that is unique in the whole plan (a self-join renews the ids of one side), so a reference
never needs a qualifier; a reference whose id is not in the inputs of its own query is a correlated (outer) one.
"""

from hiveframe.plan.logical.expressions import *  # noqa: F403 - one name for all of them
from hiveframe.plan.logical.nodes import *  # noqa: F403 - one name for all of them
from hiveframe.plan.logical.relations import *  # noqa: F403 - one name for all of them

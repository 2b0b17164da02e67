"""What is done rather than computed: writes, views, DDL, settings. Each is a `spec.Command` with a small result."""

from hiveframe.plan.commands.session import *  # noqa: F403 - one name for all of them
from hiveframe.plan.commands.tables import *  # noqa: F403 - one name for all of them
from hiveframe.plan.commands.writes import *  # noqa: F403 - one name for all of them

"""`python -m hiveframe.cli` is the `hiveframe` command."""

import sys

from hiveframe.cli.main import main

sys.exit(main())

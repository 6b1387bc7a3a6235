"""`python -m inbox` is the `inbox` program."""

import sys

from inbox.cli import main

sys.exit(main())

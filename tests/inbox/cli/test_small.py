"""What runs for months holds no library that nothing has asked for yet."""

import subprocess
import sys

LATER = (
    "rich", "pygments",  # colours for terminals, which structlog and httpx take up where they find them
    "httpx", "imap_tools", "imaplib", "nh3", "connectors.email", "connectors.x", "connectors.facebook",
    "cryptography",  # with the first secret
    "rapidfuzz",  # with the first campaign
    "re2",  # with the first pattern in a rule
    "psycopg", "sqlite3",  # whichever the database wants
    "prometheus_client",  # with the first scrape
    "phonenumbers", "holidays", "feedparser", "alembic", "inbox.demo",
)  # fmt: skip
SCRIPT = """
import sys
from inbox.cli import running
running.leave_out_colours()
import inbox.serving
print(*sorted(name for name in sys.argv[1:] if sys.modules.get(name)))
"""


def test_serving_brings_along_neither_channels_nor_what_is_seldom_used() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT, *LATER], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []

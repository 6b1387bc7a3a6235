"""What constituents see: no script, no account, English and Welsh."""

from inbox.web.public import status

ROUTERS = (status.router,)

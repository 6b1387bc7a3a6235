"""The REST interface under /api/v1: everything that the pages do, for programs."""

from inbox.web.api import (
    arrivals,
    cases,
    channels,
    deliveries,
    drafts,
    facts,
    joining,
    later,
    matches,
    messages,
    searching,
    triage,
)

ROUTERS = (
    cases.router,
    matches.router,
    joining.router,
    facts.router,
    messages.router,
    drafts.router,
    deliveries.router,
    arrivals.router,
    channels.router,
    searching.router,
    triage.router,
    later.router,
)

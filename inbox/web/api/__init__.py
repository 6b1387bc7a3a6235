"""The REST interface under /api/v1: everything that the pages do, for programs."""

from inbox.web.api import (
    arrivals,
    campaigns,
    cases,
    channels,
    deliveries,
    drafts,
    facts,
    joining,
    matches,
    messages,
    rules,
    searching,
    street_faults,
    triage,
)

ROUTERS = (
    cases.router,
    matches.router,
    joining.router,
    facts.router,
    messages.router,
    drafts.router,
    street_faults.router,
    campaigns.router,
    deliveries.router,
    arrivals.router,
    channels.router,
    rules.router,
    searching.router,
    triage.router,
)

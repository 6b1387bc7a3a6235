"""The REST interface under /api/v1: everything that the pages do, for programs."""

from inbox.web.api import (
    arrivals,
    bodies,
    campaigns,
    cases,
    channels,
    deliveries,
    drafts,
    enquiries,
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
    enquiries.router,
    bodies.router,
    campaigns.router,
    deliveries.router,
    arrivals.router,
    channels.router,
    rules.router,
    searching.router,
    triage.router,
)

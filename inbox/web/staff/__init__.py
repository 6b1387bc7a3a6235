"""The pages of an office at work: one file per family of pages, `ROUTERS` in the order they are asked."""

from inbox.web.staff import (
    approvals,
    campaign_answers,
    campaigns,
    cases,
    channels,
    composing,
    enquiries,
    files,
    history,
    new_case,
    queue,
    searching,
    sending,
    set_aside,
    settings,
    sorting,
)

ROUTERS = (
    queue.router,
    new_case.router,
    sorting.router,
    composing.router,
    enquiries.router,
    files.router,
    cases.router,
    approvals.router,
    campaigns.router,
    campaign_answers.router,
    sending.router,
    set_aside.router,
    searching.router,
    channels.router,
    history.router,
    settings.router,
)

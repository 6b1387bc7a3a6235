"""The pages of an office at work: one file per family of pages, `ROUTERS` in the order they are asked."""

from inbox.web.staff import (
    approvals,
    cases,
    channels,
    composing,
    enquiries,
    files,
    hiding,
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
    hiding.router,
    cases.router,
    approvals.router,
    sending.router,
    set_aside.router,
    searching.router,
    channels.router,
    history.router,
    settings.router,
)

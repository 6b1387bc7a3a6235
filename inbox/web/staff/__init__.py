"""The pages of an office at work: one file per family of pages, `ROUTERS` in the order they are asked."""

from inbox.web.staff import approvals, cases, composing, queue, sending, sorting

ROUTERS = (
    queue.router,
    sorting.router,
    composing.router,
    cases.router,
    approvals.router,
    sending.router,
)

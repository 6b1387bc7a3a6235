"""Every page in every state that matters: rendered by the tests, shown by the gallery."""

from inbox.web.rendering import View
from tests.web.examples import (
    approvals,
    campaigns,
    case_pages,
    cases,
    channel_pages,
    contact,
    enquiries,
    flow,
    keeping,
    officials,
    on_paper,
    public,
    queue,
    rules,
    running,
)

EXAMPLES: dict[str, View] = (
    queue.EXAMPLES
    | cases.EXAMPLES
    | case_pages.EXAMPLES
    | enquiries.EXAMPLES
    | channel_pages.EXAMPLES
    | approvals.EXAMPLES
    | campaigns.EXAMPLES
    | flow.EXAMPLES
    | rules.EXAMPLES
    | running.EXAMPLES
    | keeping.EXAMPLES
    | on_paper.EXAMPLES
    | officials.EXAMPLES
    | public.EXAMPLES
    | contact.EXAMPLES
)

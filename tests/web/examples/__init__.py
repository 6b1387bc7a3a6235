"""Every page in every state that matters: rendered by the tests, shown by the gallery."""

from inbox.web.rendering import View
from tests.web.examples import (
    approvals,
    campaigns,
    case_pages,
    cases,
    contact,
    enquiries,
    flow,
    keeping,
    officials,
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
    | approvals.EXAMPLES
    | campaigns.EXAMPLES
    | flow.EXAMPLES
    | rules.EXAMPLES
    | running.EXAMPLES
    | keeping.EXAMPLES
    | officials.EXAMPLES
    | public.EXAMPLES
    | contact.EXAMPLES
)

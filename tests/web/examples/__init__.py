"""Every page in every state that matters: rendered by the tests, shown by the gallery."""

from inbox.web.rendering import View
from tests.web.examples import (
    approvals,
    by_hand,
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
    promising,
    public,
    queue,
    rules,
    running,
    surgeries,
)

EXAMPLES: dict[str, View] = (
    queue.EXAMPLES
    | cases.EXAMPLES
    | case_pages.EXAMPLES
    | enquiries.EXAMPLES
    | channel_pages.EXAMPLES
    | by_hand.EXAMPLES
    | surgeries.EXAMPLES
    | approvals.EXAMPLES
    | campaigns.EXAMPLES
    | flow.EXAMPLES
    | rules.EXAMPLES
    | running.EXAMPLES
    | keeping.EXAMPLES
    | promising.EXAMPLES
    | on_paper.EXAMPLES
    | officials.EXAMPLES
    | public.EXAMPLES
    | contact.EXAMPLES
)

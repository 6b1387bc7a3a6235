"""Every page in every state that matters: rendered by the tests, shown by the gallery."""

from inbox.web.rendering import View
from tests.web.examples import approvals, cases, public, queue

EXAMPLES: dict[str, View] = queue.EXAMPLES | cases.EXAMPLES | approvals.EXAMPLES | public.EXAMPLES

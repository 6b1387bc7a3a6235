"""F-01: the program is killed at every named point of intake; started again, it neither loses nor doubles."""

import pytest

from inbox.models import ArrivalState
from tests.faults.sites import Mail, Site
from tests.rigs.product import until

POINTS = (
    "imap.connected", "intake.fetched", "store.written", "store.synced", "store.renamed", "intake.row",
    "intake.kept", "intake.flagged", "intake.read", "intake.case", "intake.committed",
)  # fmt: skip


@pytest.mark.parametrize("point", POINTS)
def test_a_mail_becomes_one_message_on_one_case_although_the_program_is_killed(
    site: Site, point: str
) -> None:
    mail = site.deliver()
    site.dies_at(point)
    until(lambda: site.work() or _is_through(site, mail), seconds=60)
    site.work()
    message, arrivals = site.message_of(mail), site.arrivals_of(mail)
    assert message is not None and message.case_id is not None
    assert [one.state for one in arrivals] == [ArrivalState.DONE]
    assert [one.read_bytes() for one in site.stored(mail)] == [mail.raw]
    assert site.acknowledgements(mail) == 1
    assert site.chain_is_whole()


def test_the_server_is_told_only_when_the_mail_is_kept(site: Site) -> None:
    mail = site.deliver()
    site.dies_at("intake.row")
    assert not site.is_seen(mail) and not site.arrivals_of(mail)
    until(lambda: site.work() or site.is_seen(mail), seconds=60)
    assert site.arrivals_of(mail)


def test_what_a_killed_program_left_half_written_is_gone_after_an_hour(site: Site) -> None:
    site.deliver()
    site.dies_at("store.written")
    until(lambda: site.leftovers())
    site.work()
    assert site.leftovers()
    site.work(INBOX_CLOCK_OFFSET="4000")
    assert site.leftovers() == []


def _is_through(site: Site, mail: Mail) -> bool:
    """The message is on its case, the server knows, and the acknowledgement has left."""
    is_filed = site.message_of(mail) is not None and site.is_seen(mail)
    return is_filed and site.acknowledgements(mail) > 0

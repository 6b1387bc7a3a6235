"""F-05, F-06: the mail server drops, hangs, refuses or renumbers; no half mail is kept and none is lost."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlmodel import select

from inbox.models import ArrivalState, Case, Event, EventKind
from tests.faults.sites import Mail, Site, a_mail
from tests.rigs.dovecot import PASSWORD, Dovecot
from tests.rigs.faulty_proxy import FaultyProxy
from tests.rigs.places import mailbox_of
from tests.rigs.product import until

Proxies = Callable[[int], FaultyProxy]


@pytest.fixture
def line(site: Site, proxy: Proxies) -> Iterator[FaultyProxy]:
    """The way to the mail server, which a test may cut. The office's own mailbox is read through it."""
    made = proxy(site.dovecot.port)
    site.change_mailbox(imap_port=str(made.port), imap_tls="none", imap_host="127.0.0.1")
    yield made
    site.change_mailbox(**mailbox_of(site.dovecot, site.sink))


def test_a_mail_that_was_cut_off_in_the_middle_is_kept_whole_or_not_at_all(
    site: Site, line: FaultyProxy
) -> None:
    mail = site.deliver()
    line.cut(b"Dear Rowan", after=3)
    site.work()
    assert site.arrivals_of(mail) == []
    assert _health(site)["state"] == "failing"
    line.behave()
    _through(site, mail)
    assert [one.read_bytes() for one in site.stored(mail)] == [mail.raw]
    assert _health(site)["state"] == "ok"


@pytest.mark.parametrize("greeting", [b"* BYE too busy\r\n", b"HTTP/1.1 400 what?\r\n"])
def test_a_server_that_will_not_talk_is_shown_within_one_round(
    site: Site, line: FaultyProxy, greeting: bytes
) -> None:
    mail = site.deliver()
    line.greet_with(greeting)
    site.work()
    shown = _health(site)
    assert shown["state"] == "failing" and shown["message"]
    line.behave()
    _through(site, mail)


def test_a_refused_password_needs_attention_at_once_and_heals_by_itself(site: Site) -> None:
    mail = site.deliver()
    user = site.place.address
    site.dovecot.add_user(user, "changed in the night")
    site.work()
    shown = _health(site)
    assert shown["state"] == "needs_attention"
    assert PASSWORD not in str(shown)
    site.dovecot.add_user(user, PASSWORD)
    _through(site, mail)
    assert _health(site)["state"] == "ok"


def test_a_renumbered_mailbox_opens_no_old_mail_again_and_finds_what_is_new(site: Site) -> None:
    old = [site.deliver() for _ in range(3)]
    _through(site, *old)
    site.dovecot.change_uidvalidity()
    new = site.deliver()
    _through(site, new)
    site.work()
    for mail in old:
        states = sorted(one.state for one in site.arrivals_of(mail))
        assert states == [ArrivalState.DONE, ArrivalState.DUPLICATE]
        message = site.message_of(mail)
        assert message is not None and message.copies == 1
        assert site.acknowledgements(mail) == 1
    assert site.acknowledgements(new) == 1
    with site.reading() as session:
        subjects = session.exec(select(Case.subject)).all()
        notices = session.exec(select(Event).where(Event.kind == EventKind.CHANNEL_NOTICE)).all()
    assert len(subjects) == len(set(subjects))
    assert sum("renumbered" in str(one.detail) for one in notices) == 1


def test_a_mail_that_was_removed_before_it_could_be_read_stops_nothing(site: Site) -> None:
    gone, stays = a_mail(), a_mail()
    site.deliver(gone)
    site.deliver(stays)
    site.dies_at("imap.connected")
    site.dovecot.remove(gone.message_id.encode())
    _through(site, stays)
    assert site.arrivals_of(gone) == []


def test_a_mail_server_that_ended_is_waited_for(site: Site, dovecot_server: Dovecot) -> None:
    mail = site.deliver()
    with dovecot_server.stopped():
        site.work()
        assert _health(site)["state"] == "failing"
    _through(site, mail)


def _through(site: Site, *mails: Mail) -> None:
    """Works, with the clock moving on so that pauses after failures end, until these mails are filed."""
    offset = 0

    def is_done() -> bool:
        nonlocal offset
        offset += 400
        site.work(INBOX_CLOCK_OFFSET=str(offset))
        return all(site.message_of(mail) is not None for mail in mails)

    until(is_done, seconds=60)


def _health(site: Site) -> Any:
    channels = site.client.get("/channels").json()["items"]
    return channels[0]["health"]

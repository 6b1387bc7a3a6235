"""The wire breaks (F-05) and the mailbox changes (F-06): nothing lost, nothing twice, said in words."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from connectors.contract import (
    Batch,
    ConnectorFailure,
    CredentialsRejected,
    PermanentFailure,
    TemporaryFailure,
)
from connectors.email import folders
from connectors.email.accounts import After, AfterKind, Auth, SignIn, Tls
from connectors.email.connection import Connection, refused
from connectors.email.imap import ImapMailbox
from connectors.email.responses import Fetched
from tests.connectors.mail import Tokens, a_mail, imap_settings
from tests.connectors.mailboxes import Proxies, a_mailbox, subjects
from tests.rigs.dovecot import USER, Dovecot
from tests.rigs.faulty_proxy import Cut, FaultyProxy

# --- F-05: the wire breaks


def _behind(proxy: FaultyProxy, dovecot: Dovecot, **changes: object) -> ImapMailbox:
    return ImapMailbox(imap_settings(dovecot, port=proxy.port, tls=Tls.NONE, timeout=0.5, **changes))


def test_a_connection_cut_in_the_middle_of_a_mail_gives_nothing_and_then_the_whole_mail(
    dovecot: Dovecot, proxy: Proxies
) -> None:
    raw = a_mail("Whole or not at all", body="x" * 30_000)
    dovecot.deliver(raw)
    between = proxy(dovecot.port)
    mailbox = _behind(between, dovecot)
    for how in Cut:
        between.cut(b"Whole or not at all", after=9_000, how=how)
        with pytest.raises(TemporaryFailure):
            mailbox.fetch(None)
    between.behave()
    assert [each.raw for each in mailbox.fetch(None).arrivals] == [raw]
    mailbox.close()


def test_a_bye_is_a_temporary_failure_with_the_servers_words(dovecot: Dovecot, proxy: Proxies) -> None:
    between = proxy(dovecot.port)
    mailbox = _behind(between, dovecot)
    between.cut(b"PERMANENTFLAGS", last_words=b"\r\n* BYE Server shutting down\r\n")
    with pytest.raises(TemporaryFailure):
        mailbox.fetch(None)
    mailbox.close()


@pytest.mark.parametrize(
    "greeting",
    [b"", b"220 mail.example.org ESMTP\r\n", b"* BYE [UNAVAILABLE] Come back later\r\n", b"\x00\xff\xfe\r\n"],
)
def test_a_bad_greeting_is_a_temporary_failure(dovecot: Dovecot, proxy: Proxies, greeting: bytes) -> None:
    between = proxy(dovecot.port)
    between.greet_with(greeting)
    mailbox = _behind(between, dovecot)
    with pytest.raises(TemporaryFailure):
        mailbox.fetch(None)
    mailbox.close()


def test_a_server_that_is_not_there_is_a_temporary_failure(dovecot: Dovecot, proxy: Proxies) -> None:
    between = proxy(dovecot.port)
    between.refuse()
    mailbox = _behind(between, dovecot)
    with pytest.raises(TemporaryFailure):
        mailbox.fetch(None)
    with dovecot.stopped(), pytest.raises(TemporaryFailure):
        ImapMailbox(imap_settings(dovecot)).fetch(None)
    mailbox.close()


def test_a_connection_lost_between_two_looks_is_no_failure(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot) as mailbox:
        cursor = mailbox.fetch(None).cursor
        dovecot.kill()
        dovecot.start()
        dovecot.deliver(a_mail())
        assert len(mailbox.fetch(cursor).arrivals) == 1


def test_a_wait_on_a_lost_connection_ends_without_a_failure(
    dovecot: Dovecot, proxy: Proxies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.email.imap.PAUSE", 0.01)
    between = proxy(dovecot.port)
    mailbox = _behind(between, dovecot)
    mailbox.fetch(None)
    between.cut_now()
    assert mailbox.wait(30) is False
    assert mailbox.fetch(None).arrivals == ()
    mailbox.close()


def test_a_wrong_password_is_told_apart_and_never_repeated(dovecot: Dovecot) -> None:
    wrong = SignIn(USER, Auth.PASSWORD, "three-brass-buttons")
    with a_mailbox(dovecot, sign_in=wrong) as mailbox, pytest.raises(CredentialsRejected) as caught:
        mailbox.fetch(None)
    assert "three-brass-buttons" not in caught.value.reason


def test_a_token_that_ended_early_is_replaced_once(dovecot: Dovecot) -> None:
    dovecot.deliver(a_mail())
    tokens = Tokens(dovecot.token(expires_in=-60), dovecot.token())
    with a_mailbox(dovecot, sign_in=SignIn(USER, Auth.XOAUTH2, tokens=tokens)) as mailbox:
        assert len(mailbox.fetch(None).arrivals) == 1


def test_a_token_that_cannot_be_replaced_needs_a_person(dovecot: Dovecot) -> None:
    expired = dovecot.token(expires_in=-60)
    sign_in = SignIn(USER, Auth.XOAUTH2, tokens=Tokens(expired))
    with a_mailbox(dovecot, sign_in=sign_in) as mailbox, pytest.raises(CredentialsRejected) as caught:
        mailbox.fetch(None)
    assert expired not in caught.value.reason


def test_a_password_with_letters_beyond_ascii_signs_in(dovecot: Dovecot) -> None:
    user = dovecot.add_user("llyr@example.org", 'pâs"s\\wôrd')
    sign_in = SignIn(user, Auth.PASSWORD, 'pâs"s\\wôrd')
    with a_mailbox(dovecot, sign_in=sign_in) as mailbox:
        assert mailbox.fetch(None).arrivals == ()


def test_a_host_that_knows_only_the_login_command_takes_any_password_too(
    dovecot: Dovecot, proxy: Proxies
) -> None:
    user = dovecot.add_user("llyr@example.org", 'pâs"s\\wôrd')
    between = proxy(dovecot.port)
    between.rewrite(b"AUTH=PLAIN", b"AUTH=OTHER")
    mailbox = _behind(between, dovecot, sign_in=SignIn(user, Auth.PASSWORD, 'pâs"s\\wôrd'))
    assert mailbox.fetch(None).arrivals == ()
    mailbox.close()


# --- F-06: the mailbox changes under us


def test_a_changed_uidvalidity_marks_old_mail_brings_new_mail_and_says_so_once(dovecot: Dovecot) -> None:
    for number in range(3):
        dovecot.deliver(a_mail(f"Old {number}"))
    with a_mailbox(dovecot) as mailbox:
        before = mailbox.fetch(None)
    dovecot.change_uidvalidity()
    dovecot.deliver(a_mail("Meanwhile"))
    with a_mailbox(dovecot) as mailbox:
        resync = mailbox.fetch(before.cursor)
        dovecot.deliver(a_mail("Later"))
        after = mailbox.fetch(resync.cursor)
    assert sorted(subjects(resync.arrivals)) == ["Meanwhile", "Old 0", "Old 1", "Old 2"]
    assert {each.hints["resync"] for each in resync.arrivals} == {"1"}
    assert len(resync.notices) == 1
    assert not {each.external_id for each in resync.arrivals} & {each.external_id for each in before.arrivals}
    assert subjects(after.arrivals) == ["Later"]
    assert "resync" not in after.arrivals[0].hints
    assert after.notices == ()


def test_a_server_that_reuses_old_numbers_is_noticed_and_its_mail_gets_keys_of_its_own(
    dovecot: Dovecot,
) -> None:
    for number in range(3):
        dovecot.deliver(a_mail(f"Old {number}"))
    with a_mailbox(dovecot) as mailbox:
        before = mailbox.fetch(None)
    dovecot.remove(b"Subject: Old")
    dovecot.change_uidvalidity(by=0)
    dovecot.deliver(a_mail("New"))
    with a_mailbox(dovecot) as mailbox:
        after = mailbox.fetch(before.cursor)
        dovecot.deliver(a_mail("Newer"))
        later = mailbox.fetch(after.cursor)
    assert subjects(after.arrivals) == ["New"]
    assert len(after.notices) == 1
    assert not {each.external_id for each in after.arrivals} & {each.external_id for each in before.arrivals}
    assert (subjects(later.arrivals), later.notices) == (["Newer"], ())


def test_mail_with_old_numbers_is_not_touched_when_it_is_acknowledged_late(dovecot: Dovecot) -> None:
    dovecot.deliver(a_mail("One"))
    with a_mailbox(dovecot) as mailbox:
        batch = mailbox.fetch(None)
    dovecot.remove(b"Subject: One")
    dovecot.change_uidvalidity()
    dovecot.deliver(a_mail("Another with the same number"))
    with a_mailbox(dovecot, after=After(AfterKind.SEEN)) as mailbox:
        mailbox.acknowledge(batch.arrivals)
    assert not any(name.endswith("S") for name in dovecot.messages())


def test_a_mail_removed_between_list_and_fetch_is_passed_over(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject in ("Stays", "Goes", "Stays too"):
        dovecot.deliver(a_mail(subject))
    listed = folders.fetch_each

    def list_then_remove(connection: Connection, uids: Sequence[int], items: str) -> list[Fetched]:
        answer = listed(connection, uids, items)
        if "RFC822.SIZE" in items:
            dovecot.remove(b"Subject: Goes")
        return answer

    monkeypatch.setattr(folders, "fetch_each", list_then_remove)
    with a_mailbox(dovecot) as mailbox:
        batch = _with_patience(mailbox)
        assert mailbox.fetch(batch.cursor).arrivals == ()
    assert sorted(subjects(batch.arrivals)) == ["Stays", "Stays too"]


def _with_patience(mailbox: ImapMailbox) -> Batch:
    """Like a worker: a temporary failure is tried again from the same cursor."""
    for _ in range(3):
        try:
            return mailbox.fetch(None)
        except TemporaryFailure:
            continue
    raise AssertionError("still failing after three tries")


def test_a_folder_renamed_away_is_said_in_words_and_found_again_when_it_returns(dovecot: Dovecot) -> None:
    dovecot.make_folder("Work")
    dovecot.deliver(a_mail("One"), "Work")
    with a_mailbox(dovecot, folder="Work") as mailbox:
        cursor = mailbox.fetch(None).cursor
        dovecot.path("Work").rename(dovecot.path("Elsewhere"))
        with pytest.raises((PermanentFailure, TemporaryFailure)):
            mailbox.fetch(cursor)
        dovecot.path("Elsewhere").rename(dovecot.path("Work"))
        dovecot.deliver(a_mail("Two"), "Work")
        assert "Two" in subjects(mailbox.fetch(cursor).arrivals)


@pytest.mark.parametrize(
    ("said", "failure", "after"),
    [
        (b"[UNAVAILABLE] back end down", TemporaryFailure, timedelta(minutes=1)),
        (b"[LIMIT] too many connections", TemporaryFailure, timedelta(minutes=5)),
        (b"[SERVERBUG] oops", TemporaryFailure, None),
        (b"no reason given", TemporaryFailure, None),
        (b"[AUTHENTICATIONFAILED] no", CredentialsRejected, None),
        (b"[EXPIRED] password too old", CredentialsRejected, None),
        (b"[NONEXISTENT] no such folder", PermanentFailure, None),
        (b"[OVERQUOTA] full", PermanentFailure, None),
    ],
)
def test_each_refusal_means_what_its_code_says(
    said: bytes, failure: type[ConnectorFailure], after: timedelta | None
) -> None:
    with pytest.raises(failure) as caught:
        refused([said], "do it")
    assert getattr(caught.value, "after", None) == after
    assert said.decode().split("] ")[-1] in caught.value.reason

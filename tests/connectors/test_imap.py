"""Collecting mail from a real mailbox."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Batch, CredentialsRejected, PermanentFailure, RawArrival, TemporaryFailure
from connectors.email import folders
from connectors.email.accounts import After, AfterKind, Auth, SignIn, Tls
from connectors.email.imap import ImapMailbox
from tests.connectors.mail import a_mail, imap_settings, moved_to
from tests.rigs.dovecot import PASSWORD, USER, Dovecot
from tests.rigs.faulty_proxy import Cut, FaultyProxy
from tests.rigs.processes import until

NOW = datetime.now(UTC)
Proxies = Callable[[int], FaultyProxy]


@contextmanager
def a_mailbox(server: Dovecot, **changes: object) -> Iterator[ImapMailbox]:
    mailbox = ImapMailbox(imap_settings(server, **changes))
    try:
        yield mailbox
    finally:
        mailbox.close()


def all_of(mailbox: ImapMailbox, cursor: str | None = None) -> tuple[list[RawArrival], str | None]:
    """Everything until the mailbox says there is no more, as a worker would collect it."""
    arrivals: list[RawArrival] = []
    while True:
        batch = mailbox.fetch(cursor)
        arrivals += batch.arrivals
        cursor = batch.cursor
        if not batch.more:
            return arrivals, cursor


def subjects(arrivals: list[RawArrival] | tuple[RawArrival, ...]) -> list[str]:
    return [
        line.removeprefix(b"Subject: ").decode()
        for each in arrivals
        for line in each.raw.split(b"\r\n")
        if line.startswith(b"Subject: ")
    ]


def test_mail_comes_exactly_as_it_lies_on_the_server_and_only_once(dovecot: Dovecot) -> None:
    raw = a_mail("Damp again", body="Caf\u00e9 \u2014 \u0175")
    dovecot.deliver(raw, at=NOW - timedelta(hours=3))
    with a_mailbox(dovecot) as mailbox:
        first = mailbox.fetch(None)
        again = mailbox.fetch(first.cursor)
    (arrival,) = first.arrivals
    assert arrival.raw == raw
    assert arrival.received_at == (NOW - timedelta(hours=3)).replace(microsecond=0)
    assert (arrival.channel, arrival.account, arrival.hints["folder"]) == ("email", USER, "INBOX")
    assert arrival.external_id.startswith("INBOX/")
    assert again.arrivals == ()


def test_collecting_changes_nothing_on_the_server(dovecot: Dovecot) -> None:
    dovecot.deliver(a_mail())
    before = list(dovecot.messages())
    with a_mailbox(dovecot) as mailbox:
        mailbox.fetch(None)
    with a_mailbox(dovecot, after=After(AfterKind.LEAVE)) as mailbox:
        mailbox.acknowledge(mailbox.fetch(None).arrivals)
    assert [name.partition(":")[2] for name in dovecot.messages()] in (["2,"], [""]), before


@pytest.mark.parametrize("tls", list(Tls))
def test_all_three_kinds_of_connection_work(dovecot: Dovecot, tls: Tls) -> None:
    dovecot.deliver(a_mail())
    port = dovecot.tls_port if tls is Tls.IMPLICIT else dovecot.port
    with a_mailbox(dovecot, tls=tls, port=port) as mailbox:
        assert len(mailbox.fetch(None).arrivals) == 1


def test_a_certificate_of_nobody_we_trust_is_refused(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot, ca_file=None) as mailbox, pytest.raises(TemporaryFailure, match="not trusted"):
        mailbox.fetch(None)


def test_a_certificate_for_another_name_is_refused(dovecot: Dovecot) -> None:
    changes = {"host": "ip6-nowhere.localhost"}
    with a_mailbox(dovecot, **changes) as mailbox, pytest.raises((TemporaryFailure, PermanentFailure)):
        mailbox.fetch(None)


def test_a_large_backlog_comes_in_modest_chunks_that_can_be_resumed(dovecot: Dovecot) -> None:
    for number in range(120):
        dovecot.deliver(a_mail(f"Letter {number:03}"))
    with a_mailbox(dovecot) as mailbox:
        first = mailbox.fetch(None)
        assert (len(first.arrivals), first.more) == (50, True)
    with a_mailbox(dovecot) as another:
        rest, _ = all_of(another, first.cursor)
    assert sorted(subjects([*first.arrivals, *rest])) == [f"Letter {number:03}" for number in range(120)]


def test_a_chunk_is_bounded_in_bytes_too(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_BYTES", 20_000)
    monkeypatch.setattr(folders.Budget.__init__, "__defaults__", (folders.MOST_MESSAGES, 20_000))
    for number in range(3):
        dovecot.deliver(a_mail(f"Long {number}", body="x" * 12_000))
    with a_mailbox(dovecot) as mailbox:
        first = mailbox.fetch(None)
        rest, _ = all_of(mailbox, first.cursor)
    assert (len(first.arrivals), first.more, len(rest)) == (1, True, 2)


def test_a_mail_over_the_limit_comes_as_its_header_with_its_size(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "TOO_LARGE", 10_000)
    raw = a_mail("Sixty megabytes", body="x" * 20_000)
    dovecot.deliver(raw)
    with a_mailbox(dovecot, after=After(AfterKind.SEEN)) as mailbox:
        batch = mailbox.fetch(None)
        mailbox.acknowledge(batch.arrivals)
        assert mailbox.fetch(batch.cursor).arrivals == ()
    (arrival,) = batch.arrivals
    assert arrival.hints["too_large"] == str(len(raw))
    assert b"Subject: Sixty megabytes" in arrival.raw
    assert b"xxxx" not in arrival.raw
    assert all("S" not in name.partition(":")[2] for name in dovecot.messages())


def test_mail_older_than_since_is_left_alone_but_a_wrong_server_clock_loses_nothing(dovecot: Dovecot) -> None:
    dovecot.deliver(a_mail("Before"), at=NOW - timedelta(minutes=10))
    dovecot.deliver(a_mail("After"), at=NOW + timedelta(seconds=2))
    with a_mailbox(dovecot, since=NOW) as mailbox:
        first = mailbox.fetch(None)
        dovecot.deliver(a_mail("From a slow clock"), at=NOW - timedelta(minutes=10))
        dovecot.deliver(a_mail("Moved here, a year old"), at=NOW - timedelta(days=365))
        second = mailbox.fetch(first.cursor)
    assert subjects(first.arrivals) == ["After"]
    assert subjects(second.arrivals) == ["From a slow clock"]


def test_the_sent_folder_is_read_as_outbound_and_its_absence_is_a_notice(dovecot: Dovecot) -> None:
    dovecot.deliver(a_mail("In"))
    dovecot.deliver(a_mail("Out"), "Sent")
    with a_mailbox(dovecot, sent_folder="Sent") as mailbox:
        arrivals = mailbox.fetch(None).arrivals
    assert {subjects([each])[0]: each.hints.get("direction") for each in arrivals} == {
        "In": None,
        "Out": "outbound",
    }
    with a_mailbox(dovecot, sent_folder="Gesendet") as mailbox:
        batch = mailbox.fetch(None)
    assert subjects(batch.arrivals) == ["In"]
    assert "Gesendet" in batch.notices[0]


def test_the_junk_folder_is_read_and_marked(dovecot: Dovecot) -> None:
    dovecot.make_folder("Junk")
    dovecot.deliver(a_mail("Misjudged"), "Junk")
    mailbox = ImapMailbox(imap_settings(dovecot), "Junk")
    (arrival,) = mailbox.fetch(None).arrivals
    mailbox.close()
    assert arrival.hints["junk"] == "1"


def test_a_missing_main_folder_says_so_in_words(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot, folder="Casework") as mailbox:
        with pytest.raises(PermanentFailure, match='no folder "Casework"'):
            mailbox.fetch(None)
        dovecot.make_folder("Casework")
        assert mailbox.fetch(None).arrivals == ()


def test_a_folder_with_letters_beyond_ascii_works(dovecot: Dovecot) -> None:
    dovecot.make_folder("Gwaith achos &AOI-")  # "Gwaith achos â" as the server writes it
    dovecot.deliver(a_mail("Helo"), "Gwaith achos &AOI-")
    with a_mailbox(dovecot, folder="Gwaith achos â") as mailbox:
        assert subjects(mailbox.fetch(None).arrivals) == ["Helo"]


# --- afterwards


def test_collected_mail_is_marked_as_read_when_the_settings_say_so(dovecot: Dovecot) -> None:
    dovecot.deliver(a_mail("One"))
    with a_mailbox(dovecot, after=After(AfterKind.SEEN)) as mailbox:
        batch = mailbox.fetch(None)
        assert [name.partition(":")[2] for name in dovecot.messages()] != ["2,S"]
        dovecot.deliver(a_mail("Two"))
        mailbox.acknowledge(batch.arrivals)
    seen = {raw: name.endswith("S") for name, raw in dovecot.messages().items()}
    assert seen == {a_mail("One"): True, a_mail("Two"): False}


def test_collected_mail_is_moved_and_a_second_call_does_no_harm(dovecot: Dovecot) -> None:
    dovecot.deliver(a_mail("One"))
    with a_mailbox(dovecot, after=moved_to("Processed")) as mailbox:
        batch = mailbox.fetch(None)
        mailbox.acknowledge(batch.arrivals)
        mailbox.acknowledge(batch.arrivals)
    assert list(dovecot.messages().values()) == []
    assert list(dovecot.messages("Processed").values()) == [a_mail("One")]


def test_without_move_and_uidplus_nothing_that_others_marked_is_removed(mean_dovecot: Dovecot) -> None:
    mean_dovecot.deliver(a_mail("Ours"))
    with a_mailbox(mean_dovecot, after=moved_to("Processed")) as mailbox:
        batch = mailbox.fetch(None)
        mailbox.acknowledge(batch.arrivals)
        mailbox.acknowledge(batch.arrivals)
    assert list(mean_dovecot.messages("Processed").values()) == [a_mail("Ours")]
    ((name, raw),) = mean_dovecot.messages().items()
    assert raw == a_mail("Ours")
    assert "T" in name.partition(":")[2]


def test_moving_to_a_folder_that_is_not_there_says_so_and_keeps_the_mail(dovecot: Dovecot) -> None:
    dovecot.deliver(a_mail("One"))
    with a_mailbox(dovecot, after=moved_to("Nowhere")) as mailbox:
        batch = mailbox.fetch(None)
        with pytest.raises(PermanentFailure, match="Nowhere"):
            mailbox.acknowledge(batch.arrivals)
    assert list(dovecot.messages().values()) == [a_mail("One")]


# --- waiting


def _wait_in_background(
    mailbox: ImapMailbox, seconds: float
) -> tuple[threading.Thread, list[tuple[bool, float]]]:
    results: list[tuple[bool, float]] = []

    def work() -> None:
        started = time.monotonic()
        results.append((mailbox.wait(seconds), time.monotonic() - started))

    thread = threading.Thread(target=work)
    thread.start()
    return thread, results


def test_waiting_ends_as_soon_as_mail_comes(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot) as mailbox:
        cursor = mailbox.fetch(None).cursor
        thread, results = _wait_in_background(mailbox, 30)
        until(lambda: "IDLE" in dovecot.log() or thread.is_alive())
        dovecot.deliver(a_mail())
        thread.join(20)
        assert results
        assert results[0][0] is True
        assert len(mailbox.fetch(cursor).arrivals) == 1


def test_mail_that_came_between_looking_and_waiting_ends_the_wait_at_once(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot, sent_folder="Sent") as mailbox:
        mailbox.fetch(None)
        dovecot.deliver(a_mail())
        assert mailbox.wait(20) is True


def test_a_quiet_wait_ends_in_time_and_the_connection_still_works(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot) as mailbox:
        cursor = mailbox.fetch(None).cursor
        assert mailbox.wait(0.2) is False
        dovecot.deliver(a_mail())
        assert len(mailbox.fetch(cursor).arrivals) == 1


def test_closing_ends_a_wait(dovecot: Dovecot) -> None:
    mailbox = ImapMailbox(imap_settings(dovecot))
    mailbox.fetch(None)
    thread, results = _wait_in_background(mailbox, 60)
    mailbox.close()
    thread.join(10)
    assert results
    assert results[0][0] is False


def test_a_host_without_idle_is_simply_asked_again(mean_dovecot: Dovecot) -> None:
    with a_mailbox(mean_dovecot) as mailbox:
        cursor = mailbox.fetch(None).cursor
        assert mailbox.wait(0.05) is False
        mean_dovecot.deliver(a_mail())
        assert len(mailbox.fetch(cursor).arrivals) == 1


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


def test_a_lost_connection_is_opened_again_by_the_next_fetch(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot) as mailbox:
        cursor = mailbox.fetch(None).cursor
        dovecot.kill()
        dovecot.start()
        dovecot.deliver(a_mail())
        with pytest.raises(TemporaryFailure):
            mailbox.fetch(cursor)
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


class _Tokens:
    """A token source for tests: gives one token after the other."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.forgotten = 0

    def __call__(self) -> str:
        return self.tokens[0]

    def forget(self) -> None:
        self.forgotten += 1
        self.tokens = self.tokens[1:] or self.tokens


def test_a_good_token_signs_in_and_an_expired_one_is_forgotten(dovecot: Dovecot) -> None:
    dovecot.deliver(a_mail())
    expired, good = dovecot.token(expires_in=-60), dovecot.token()
    tokens = _Tokens(expired, good)
    with a_mailbox(dovecot, sign_in=SignIn(USER, Auth.XOAUTH2, tokens=tokens)) as mailbox:
        with pytest.raises(CredentialsRejected) as caught:
            mailbox.fetch(None)
        assert len(mailbox.fetch(None).arrivals) == 1
    assert expired not in caught.value.reason
    assert tokens.forgotten == 1


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


def test_a_mail_removed_between_list_and_fetch_is_passed_over(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject in ("Stays", "Goes", "Stays too"):
        dovecot.deliver(a_mail(subject))
    listed = folders.fetch_each

    def list_then_remove(connection: object, uids: object, items: str) -> object:
        answer = listed(connection, uids, items)  # type: ignore[arg-type]
        if "RFC822.SIZE" in items:
            dovecot.remove(b"Subject: Goes")
        return answer

    monkeypatch.setattr(folders, "fetch_each", list_then_remove)
    with a_mailbox(dovecot) as mailbox:
        arrivals, cursor = all_of_with_retries(mailbox)
        assert mailbox.fetch(cursor).arrivals == ()
    assert sorted(subjects(arrivals)) == ["Stays", "Stays too"]


def all_of_with_retries(mailbox: ImapMailbox) -> tuple[tuple[RawArrival, ...], str | None]:
    """Like a worker: a temporary failure is tried again from the same cursor."""
    for _ in range(3):
        try:
            batch: Batch = mailbox.fetch(None)
        except TemporaryFailure:
            continue
        return batch.arrivals, batch.cursor
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


def test_the_check_says_which_step_fails(dovecot: Dovecot) -> None:
    with a_mailbox(dovecot, sent_folder="Sent", after=moved_to("Nowhere")) as mailbox:
        steps = {each.step: each.ok for each in mailbox.check()}
    assert steps == {
        "Sign in to the mailbox": True,
        'Open the folder "INBOX"': True,
        'Open the folder "Sent"': True,
        'Open the folder "Nowhere"': False,
    }
    with a_mailbox(dovecot, sign_in=SignIn(USER, Auth.PASSWORD, PASSWORD + "?")) as mailbox:
        assert [each.ok for each in mailbox.check()] == [False]

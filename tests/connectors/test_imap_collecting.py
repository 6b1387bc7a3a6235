"""Collecting mail from a real mailbox, and what happens there afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import PermanentFailure, TemporaryFailure
from connectors.email import folders
from connectors.email.accounts import After, AfterKind, Auth, SignIn, Tls
from connectors.email.imap import ImapMailbox
from tests.connectors.mail import a_mail, imap_settings, moved_to
from tests.connectors.mailboxes import a_mailbox, all_of, subjects
from tests.rigs.dovecot import PASSWORD, USER, Dovecot

NOW = datetime.now(UTC)


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
        again = mailbox.fetch(batch.cursor)
    assert subjects(batch.arrivals) == ["In"]
    assert "Gesendet" in batch.notices[0]
    assert again.notices == ()


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

"""Sending one message: what left, what did not, and what nobody can know."""

import socket
import time

import pytest

from connectors.contract import (
    ConnectorFailure,
    CredentialsRejected,
    OutcomeUnknown,
    PartlyRefused,
    PermanentFailure,
    SentReceipt,
    TemporaryFailure,
)
from connectors.email import smtp_connection
from connectors.email.accounts import Auth, SignIn, Tls
from connectors.email.smtp import SmtpSender
from tests.connectors.mail import Tokens, a_mail, an_outbound, smtp_settings
from tests.rigs.certificates import Certificates
from tests.rigs.dovecot import USER
from tests.rigs.product import until
from tests.rigs.smtp_sink import At, SmtpSink

POINTS = ["smtp.mail", "smtp.rcpt", "smtp.data", "smtp.midbody", "smtp.dot", "smtp.answered"]


class Attempt:
    """One call of `send`: what it came to, and whether the point of no return was passed."""

    def __init__(self, sink: SmtpSink, *recipients: str, settings: object = None, **message: object) -> None:
        self.committed = 0
        self.points: list[str] = []
        self.receipt: SentReceipt | None = None
        self.failure: ConnectorFailure | None = None
        chosen = settings or smtp_settings(sink)
        sender = SmtpSender(chosen, self.points.append)  # type: ignore[arg-type]
        try:
            self.receipt = sender.send(an_outbound(*recipients, **message), committing=self._commit)  # type: ignore[arg-type]
        except ConnectorFailure as failure:
            self.failure = failure

    def _commit(self) -> None:
        self.committed += 1

    @property
    def reason(self) -> str:
        assert self.failure is not None
        return self.failure.reason


def test_a_message_leaves_once_encrypted_signed_in_and_unchanged(smtp_sink: SmtpSink) -> None:
    attempt = Attempt(smtp_sink)
    (message,) = smtp_sink.messages
    assert message.raw == an_outbound().raw
    assert (message.sender, message.recipients) == (USER, ("wyn@example.net",))
    assert (message.signed_in_as, message.encrypted) == (USER, True)
    assert attempt.receipt is not None
    assert attempt.receipt.external_id == "<reply-1@example.org>"
    assert "queued as SINK1" in attempt.receipt.evidence
    assert attempt.committed == 1
    assert attempt.points == POINTS


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_passwords_work_with_each_mechanism(smtp_sink: SmtpSink, mechanism: str) -> None:
    smtp_sink.mechanisms = (mechanism,)
    smtp_sink.password = "pâs wôrd"
    Attempt(smtp_sink)
    assert smtp_sink.messages[0].signed_in_as == USER


def test_tls_from_the_start_works(certificates: Certificates) -> None:
    sink = SmtpSink(certificates, implicit_tls=True)
    sink.start()
    Attempt(sink, settings=smtp_settings(sink, tls=Tls.IMPLICIT))
    sink.stop()
    assert sink.messages[0].encrypted


def test_an_allowed_private_host_may_be_plain_and_without_sign_in(smtp_sink: SmtpSink) -> None:
    smtp_sink.certificates = None
    Attempt(smtp_sink, settings=smtp_settings(smtp_sink, tls=Tls.NONE, sign_in=None))
    assert not smtp_sink.messages[0].encrypted


def test_a_relay_that_offers_no_sign_in_is_used_without_one(smtp_sink: SmtpSink) -> None:
    smtp_sink.mechanisms = ()
    assert Attempt(smtp_sink).receipt is not None
    assert "AUTH" not in smtp_sink.commands


def test_a_server_with_only_mechanisms_we_do_not_know_says_so(smtp_sink: SmtpSink) -> None:
    smtp_sink.mechanisms = ("GSSAPI",)
    attempt = Attempt(smtp_sink)
    assert type(attempt.failure) is PermanentFailure
    assert "PLAIN or LOGIN" in attempt.reason


# --- F-07: refusals

BEFORE_THE_DOT = [At.BANNER, At.EHLO, At.STARTTLS, At.MAIL, At.RCPT, At.DATA]


@pytest.mark.parametrize("at", [*BEFORE_THE_DOT, At.DOT])
@pytest.mark.parametrize(
    "reply", ["421 4.3.2 closing", "450 4.2.0 later", "451 4.3.0 oops", "452 4.3.1 full"]
)
def test_a_4xx_answer_anywhere_is_temporary_and_nothing_left(smtp_sink: SmtpSink, at: At, reply: str) -> None:
    smtp_sink.refuse(at, reply)
    attempt = Attempt(smtp_sink)
    assert type(attempt.failure) is TemporaryFailure
    assert reply in attempt.reason
    assert smtp_sink.messages == []
    assert attempt.committed == (1 if at is At.DOT else 0)


@pytest.mark.parametrize("at", [*BEFORE_THE_DOT, At.DOT])
@pytest.mark.parametrize("reply", ["550 5.1.1 no such user", "552 5.2.2 full", "554 5.7.1 blocked"])
def test_a_5xx_answer_anywhere_is_final_and_nothing_left(smtp_sink: SmtpSink, at: At, reply: str) -> None:
    smtp_sink.refuse(at, reply)
    attempt = Attempt(smtp_sink)
    assert type(attempt.failure) is PermanentFailure
    assert reply in attempt.reason
    assert smtp_sink.messages == []
    assert attempt.committed == (1 if at is At.DOT else 0)


def test_refused_recipients_among_several_are_told_apart_before_anybody_gets_it(smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse(At.RCPT, "550 5.1.1 no such user", about="gone@")
    smtp_sink.refuse(At.RCPT, "450 4.2.0 busy", about="busy@")
    attempt = Attempt(smtp_sink, "wyn@example.net", "gone@example.net", "Busy@Example.net")
    failure = attempt.failure
    assert isinstance(failure, PartlyRefused)
    assert failure.never == {"gone@example.net": "550 5.1.1 no such user"}
    assert failure.later == {"Busy@Example.net": "450 4.2.0 busy"}
    assert "gone@example.net: 550" in attempt.reason and "wyn@" not in attempt.reason
    assert smtp_sink.messages == []
    assert "DATA" not in smtp_sink.commands
    assert attempt.committed == 0


def test_everybody_refused_is_not_a_part(smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse(At.RCPT, "550 5.1.1 no such user")
    assert type(Attempt(smtp_sink, "a@example.net", "b@example.net").failure) is PermanentFailure
    smtp_sink.reset()
    smtp_sink.refuse(At.RCPT, "450 4.2.0 busy")
    assert type(Attempt(smtp_sink, "a@example.net", "b@example.net").failure) is TemporaryFailure


def test_recipients_refused_for_now_only_are_tried_again(smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse(At.RCPT, "450 4.2.0 greylisted", times=1)
    assert type(Attempt(smtp_sink).failure) is TemporaryFailure
    assert Attempt(smtp_sink).receipt is not None
    assert len(smtp_sink.messages) == 1


def test_the_null_sender_is_used_and_replaced_only_where_it_is_refused(smtp_sink: SmtpSink) -> None:
    Attempt(smtp_sink, envelope_sender="")
    smtp_sink.refuse(At.MAIL, "553 5.1.7 null sender not allowed", about="<>")
    Attempt(smtp_sink, envelope_sender="")
    assert [each.sender for each in smtp_sink.messages] == ["", USER]


def test_a_wrong_password_is_told_apart_without_repeating_it(smtp_sink: SmtpSink) -> None:
    settings = smtp_settings(smtp_sink, sign_in=SignIn(USER, Auth.PASSWORD, "wrong-horse"))
    attempt = Attempt(smtp_sink, settings=settings)
    assert type(attempt.failure) is CredentialsRejected
    assert "wrong-horse" not in attempt.reason


def test_a_server_that_repeats_our_secret_does_not_get_it_into_our_words(smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse(At.MAIL, f"550 5.7.1 I know {smtp_sink.password}\x07 and {'QUJD' * 40}")
    reason = Attempt(smtp_sink).reason
    assert smtp_sink.password not in reason
    assert "QUJDQUJD" not in reason
    assert reason.isprintable()


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        ("454 4.7.0 Temporary authentication failure", TemporaryFailure),
        ("535 5.7.3 Authentication unsuccessful", CredentialsRejected),
        ("550 5.7.30 Basic authentication is not supported for Client Submission", CredentialsRejected),
    ],
)
def test_sign_in_answers_mean_what_they_say(
    smtp_sink: SmtpSink, reply: str, failure: type[ConnectorFailure]
) -> None:
    smtp_sink.refuse(At.AUTH, reply)
    assert type(Attempt(smtp_sink).failure) is failure


def test_a_token_signs_in_and_one_that_ended_early_is_replaced_once(smtp_sink: SmtpSink) -> None:
    settings = smtp_settings(
        smtp_sink, sign_in=SignIn(USER, Auth.XOAUTH2, tokens=Tokens("an-old-token", "a-good-token"))
    )
    assert Attempt(smtp_sink, settings=settings).receipt is not None
    assert smtp_sink.messages[0].signed_in_as == USER


def test_tokens_that_are_refused_again_and_again_need_a_person(smtp_sink: SmtpSink) -> None:
    tokens = Tokens("first-old-token", "second-old-token", "a-good-token")
    attempt = Attempt(
        smtp_sink, settings=smtp_settings(smtp_sink, sign_in=SignIn(USER, Auth.XOAUTH2, tokens=tokens))
    )
    assert type(attempt.failure) is CredentialsRejected
    assert "old-token" not in attempt.reason
    assert smtp_sink.commands.count("AUTH") == 2


def test_without_starttls_on_offer_no_password_and_no_message_leaves(smtp_sink: SmtpSink) -> None:
    smtp_sink.certificates, kept = None, smtp_sink.certificates
    attempt = Attempt(smtp_sink, settings=smtp_settings(smtp_sink, ca_file=str(kept and kept.authority)))
    assert type(attempt.failure) is PermanentFailure
    assert "AUTH" not in smtp_sink.commands


def test_an_untrusted_certificate_stops_before_any_secret(smtp_sink: SmtpSink) -> None:
    attempt = Attempt(smtp_sink, settings=smtp_settings(smtp_sink, ca_file=None))
    assert type(attempt.failure) is TemporaryFailure
    assert "not trusted" in attempt.reason
    assert "AUTH" not in smtp_sink.commands


@pytest.mark.parametrize("at", [*BEFORE_THE_DOT, At.AUTH, At.BODY])
@pytest.mark.parametrize("rudely", [True, False])
def test_a_line_cut_before_the_dot_is_temporary(smtp_sink: SmtpSink, at: At, rudely: bool) -> None:
    smtp_sink.hang_up(at, rudely=rudely)
    # Large enough that the cut is noticed while the text is still being written.
    raw = a_mail("Long", body="\r\n".join(["x" * 70] * (200_000 if at is At.BODY else 1)))
    attempt = Attempt(smtp_sink, raw=raw)
    assert type(attempt.failure) is TemporaryFailure
    assert smtp_sink.messages == []
    assert attempt.committed == 0


@pytest.mark.parametrize("at", [At.BANNER, At.MAIL, At.DATA])
def test_silence_before_the_dot_is_temporary(smtp_sink: SmtpSink, at: At) -> None:
    smtp_sink.stall(at)
    attempt = Attempt(smtp_sink, settings=smtp_settings(smtp_sink, timeout=0.3))
    assert type(attempt.failure) is TemporaryFailure
    assert "in time" in attempt.reason
    assert attempt.committed == 0


# --- F-08: nobody can know


def test_silence_after_the_dot_is_unknown_and_the_server_may_have_it(smtp_sink: SmtpSink) -> None:
    smtp_sink.stall(At.DOT)
    started = time.monotonic()
    attempt = Attempt(smtp_sink, settings=smtp_settings(smtp_sink, data_timeout=0.3))
    assert type(attempt.failure) is OutcomeUnknown
    assert len(smtp_sink.messages) == 1
    assert attempt.committed == 1
    assert time.monotonic() - started < 4
    assert attempt.points == POINTS[:-1]


@pytest.mark.parametrize("rudely", [True, False])
def test_a_line_cut_after_the_dot_is_unknown(smtp_sink: SmtpSink, rudely: bool) -> None:
    smtp_sink.hang_up(At.DOT, rudely=rudely)
    attempt = Attempt(smtp_sink)
    assert type(attempt.failure) is OutcomeUnknown
    assert len(smtp_sink.messages) == 1


@pytest.mark.parametrize("reply", ["banana", "354 go on?", "250-half", "5" * 9000, ""])
def test_nonsense_after_the_dot_is_unknown(smtp_sink: SmtpSink, reply: str) -> None:
    smtp_sink.refuse(At.DOT, reply)
    attempt = Attempt(smtp_sink, settings=smtp_settings(smtp_sink, data_timeout=0.3))
    assert type(attempt.failure) is OutcomeUnknown


def test_a_failure_while_committing_sends_nothing(smtp_sink: SmtpSink) -> None:
    def database_is_gone() -> None:
        raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError):
        SmtpSender(smtp_settings(smtp_sink)).send(an_outbound(), committing=database_is_gone)
    Attempt(smtp_sink)
    assert len(smtp_sink.messages) == 1


@pytest.mark.parametrize("point", POINTS)
def test_ending_at_any_point_leaves_no_copy_before_the_dot_and_one_after_it(
    smtp_sink: SmtpSink, point: str
) -> None:
    class Killed(BaseException):
        pass

    def kill(at: str) -> None:
        if at == point:
            raise Killed

    with pytest.raises(Killed):
        SmtpSender(smtp_settings(smtp_sink), kill).send(an_outbound(), committing=lambda: None)
    copies = 1 if POINTS.index(point) >= POINTS.index("smtp.dot") else 0
    until(lambda: len(smtp_sink.messages) >= copies)  # the server takes what lies in its socket when it can
    smtp_sink.stop()
    assert len(smtp_sink.messages) == copies


# --- what the server can carry


def test_size_and_8bitmime_are_announced_where_they_are_offered(smtp_sink: SmtpSink) -> None:
    raw = a_mail("Eight bits", body="Caffè")
    Attempt(smtp_sink, raw=raw)
    assert smtp_sink.messages[0].options == f"SIZE={len(raw)} BODY=8BITMIME"
    smtp_sink.extensions = ()
    Attempt(smtp_sink)
    assert smtp_sink.messages[1].options == ""


def test_a_message_larger_than_the_server_takes_says_both_sizes(smtp_sink: SmtpSink) -> None:
    smtp_sink.extensions = ("SIZE 1000000",)
    attempt = Attempt(smtp_sink, raw=a_mail("Large", body="x" * 1_200_000))
    assert type(attempt.failure) is PermanentFailure
    assert "1.2 MB" in attempt.reason
    assert "1.0 MB" in attempt.reason


def test_eight_bits_are_not_mangled_for_a_seven_bit_server(smtp_sink: SmtpSink) -> None:
    smtp_sink.extensions = ()
    assert type(Attempt(smtp_sink, raw=a_mail("Eight", body="Caffè")).failure) is PermanentFailure


def test_letters_beyond_ascii_before_the_at_need_smtputf8(smtp_sink: SmtpSink) -> None:
    Attempt(smtp_sink, "siân@example.net")
    assert smtp_sink.messages[0].recipients == ("siân@example.net",)
    assert "SMTPUTF8" in smtp_sink.messages[0].options
    smtp_sink.extensions = ()
    attempt = Attempt(smtp_sink, "siân@example.net")
    assert type(attempt.failure) is PermanentFailure
    assert "SMTPUTF8" in attempt.reason


def test_a_domain_beyond_ascii_goes_in_its_ascii_form(smtp_sink: SmtpSink) -> None:
    smtp_sink.extensions = ()
    Attempt(smtp_sink, "wyn@caffè.example")
    assert smtp_sink.messages[0].recipients == ("wyn@xn--caff-8oa.example",)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@example.net",
        "a b@example.net",
        "a@example.net\r\nRCPT TO:<b@example.net>",
        "<a@example.net>",
    ],
)
def test_what_is_not_an_address_reaches_no_server(smtp_sink: SmtpSink, address: str) -> None:
    attempt = Attempt(smtp_sink, address)
    assert type(attempt.failure) is PermanentFailure
    assert not any("RCPT" in each for each in smtp_sink.commands)


def test_the_check_sends_nothing(smtp_sink: SmtpSink) -> None:
    assert [each.ok for each in SmtpSender(smtp_settings(smtp_sink)).check()] == [True]
    smtp_sink.password = "another"
    wrong = smtp_settings(smtp_sink, sign_in=SignIn(USER, Auth.PASSWORD, "not it"))
    assert [each.ok for each in SmtpSender(wrong).check()] == [False]
    assert not any(each.startswith("MAIL") for each in smtp_sink.commands)


def test_a_server_that_hung_up_already_leaves_no_socket_open() -> None:
    stream = socket.socket()
    with pytest.raises(OSError):
        smtp_connection._ends(stream)
    assert stream.fileno() == -1

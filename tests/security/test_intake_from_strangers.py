"""Mail from people who wish us ill: nobody joins, speaks for or writes to somebody else's case."""

import email
import re
from email import policy

import pytest

from inbox.models import Role
from inbox.references import reply_token
from tests.security.places import Bureau, Place, letter

DONNA = "Donna Fretwell <donna@example.org>"
STRANGER = "A Stranger <stranger@example.net>"
FAILED = "mx.example.org; dmarc=fail header.from=example.org"


def a_case_with_an_answer_out(bureau: Bureau) -> tuple[str, str]:
    """Donna's case: its reference, and the Message-ID of our acknowledgement to her."""
    bureau.receive(letter(sender=DONNA, message_id="<first@example.org>"))
    (case,) = bureau.cases()
    return case["reference"], f"<{bureau.deliveries()[0][0].outgoing_id}>"


def to_reply_address(place: Place, reference: str) -> str:
    local, _, domain = place.ours.address.partition("@")
    return f"{local}+{reply_token(reference, place.node.line.tools.keys)}@{domain}"


def test_a_reply_with_a_valid_token_from_the_known_address_joins(place: Place) -> None:
    reference, _ = a_case_with_an_answer_out(place.ours)
    place.ours.receive(letter("More of it.", sender=DONNA, to=to_reply_address(place, reference)))
    assert [case["message_count"] for case in place.ours.cases()] == [3]


@pytest.mark.parametrize("spoil", ["change", "cut", "longer", "empty", "only the case", "other office"])
def test_a_reply_with_a_forged_token_does_not_join(place: Place, spoil: str) -> None:
    reference, _ = a_case_with_an_answer_out(place.ours)
    address = to_reply_address(place, reference)
    local, _, domain = address.partition("@")
    base, _, token = local.partition("+")
    last = "b" if token[-1] != "b" else "c"
    spoiled = {
        "change": token[:-2] + last + token[-1],
        "cut": token[:-1],
        "longer": token + "a",
        "empty": "",
        "only the case": reference.replace("-", "").lower(),
        "other office": reply_token(reference.replace("W", "M", 1), place.node.line.tools.keys),
    }[spoil]
    place.ours.receive(letter("Let me in.", sender=STRANGER, to=f"{base}+{spoiled}@{domain}"))
    assert {case["reference"]: case["message_count"] for case in place.ours.cases()}[reference] == 2
    (mine,) = [case for case in place.ours.cases() if case["reference"] != reference]
    assert place.ours.messages(mine["reference"])[0]["proposed_case"] is None


def test_a_message_id_of_ours_that_was_cut_or_changed_does_not_join(place: Place) -> None:
    reference, ours = a_case_with_an_answer_out(place.ours)
    local, _, domain = ours.strip("<>").partition("@")
    body, _, mac = local.rpartition(".")
    for forged in (f"{body}.{mac[:8]}", f"{body}.", body, f"{body}.{mac.upper()}", f"{body}x.{mac}"):
        place.ours.receive(letter(sender=STRANGER, In_Reply_To=f"<{forged}@{domain}>"))
    others = [case for case in place.ours.cases() if case["reference"] != reference]
    proposals = {place.ours.messages(case["reference"])[0]["proposed_case"] for case in others}
    assert len(others) == 5 and reference not in proposals


def test_a_valid_token_from_a_stranger_is_held_and_the_constituent_hears_nothing(place: Place) -> None:
    reference, _ = a_case_with_an_answer_out(place.ours)
    place.ours.receive(letter("I am Donna, really.", sender=STRANGER, to=to_reply_address(place, reference)))
    assert {case["reference"]: case["message_count"] for case in place.ours.cases()}[reference] == 2
    (held,) = [case for case in place.ours.cases() if case["reference"] != reference]
    assert place.ours.messages(held["reference"])[0]["proposed_case"] == reference
    to_donna = [row for row, _ in place.ours.deliveries() if row.recipients == ["donna@example.org"]]
    assert len(to_donna) == 1


def test_a_strangers_auto_reply_does_not_make_the_stranger_known_on_the_case(place: Place) -> None:
    reference, ours = a_case_with_an_answer_out(place.ours)
    place.ours.receive(letter("I am away.", sender=STRANGER, In_Reply_To=ours, Auto_Submitted="auto-replied"))
    place.ours.receive(letter("Now a word in your ear.", sender=STRANGER, In_Reply_To=ours))
    texts = [one["text"] for one in place.ours.messages(reference) if one["machine"] is None]
    assert not [text for text in texts if "word in your ear" in text]


@pytest.mark.parametrize("subject", ["Re: {}", "[{}] hello", "{}", "FW: your case {}"])
def test_a_subject_with_another_cases_number_does_not_join_it(place: Place, subject: str) -> None:
    reference, _ = a_case_with_an_answer_out(place.ours)
    place.ours.receive(letter(sender=STRANGER, subject=subject.format(reference)))
    assert {case["reference"]: case["message_count"] for case in place.ours.cases()}[reference] == 2


def test_mail_in_the_name_of_a_member_of_staff_sends_and_decides_nothing(place: Place) -> None:
    reference, ours = a_case_with_an_answer_out(place.ours)
    staff = place.ours.people[Role.MANAGER]
    draft = place.ours.new_draft(reference)
    for sender in (f"{staff.name} <{staff.email}>", f"Rowan Ashby <{place.ours.address}>"):
        for words in ("/approve", "approve", "#close", "assign to me", "send it"):
            forged = letter(
                words, sender=sender, subject=f"Re: {reference} {words}", In_Reply_To=ours,
                **{"X-Inbox-Action": "approve", "X-RT-Control": words},
            )  # fmt: skip
            place.ours.receive(forged)
    after = place.ours.as_().get(f"/api/v1/drafts/{draft['id']}").json()
    assert (after["state"], after["version"]) == ("draft", draft["version"])
    case = place.ours.as_().get(f"/api/v1/cases/{reference}").json()
    assert (case["status"], case["assignee"], case["outcome"]) == ("new", None, None)
    purposes = {row.purpose for row, _ in place.ours.deliveries()}
    assert purposes <= {"acknowledgement", "notice"}, "alerts to our own people decide nothing"


def test_a_third_party_in_cc_gets_no_later_reply(place: Place) -> None:
    place.ours.receive(letter(sender=DONNA, Cc="noreply@example.net, stranger@example.net"))
    (case,) = place.ours.cases()
    assert place.ours.new_draft(case["reference"])["recipients"] == ["donna@example.org"]


def test_a_reply_to_elsewhere_is_warned_of_and_never_used(place: Place) -> None:
    place.ours.receive(letter(sender=DONNA, Reply_To="collect@example.net"))
    (case,) = place.ours.cases()
    (message, *_) = place.ours.messages(case["reference"])
    assert "reply-to-differs" in message["warnings"]
    assert place.ours.new_draft(case["reference"])["recipients"] == ["donna@example.org"]
    assert {tuple(row.recipients) for row, _ in place.ours.deliveries()} == {("donna@example.org",)}


def test_a_known_sender_whose_domain_disowns_the_mail_is_marked_and_does_not_join(place: Place) -> None:
    reference, ours = a_case_with_an_answer_out(place.ours)
    known = place.ours.cases()[0]["constituent"]
    forged = letter(
        "I have moved to ZZ99 9ZZ. Write to new@example.net from now on.", sender=DONNA, In_Reply_To=ours,
        Authentication_Results=FAILED,
    )  # fmt: skip
    place.ours.receive(forged)
    by_reference = {case["reference"]: case for case in place.ours.cases()}
    assert by_reference[reference]["message_count"] == 2
    (held,) = [case for key, case in by_reference.items() if key != reference]
    (message, *_) = place.ours.messages(held["reference"])
    assert "dmarc-fail" in message["warnings"]
    assert message["proposed_case"] == reference
    assert by_reference[reference]["constituent"] == known
    assert place.ours.new_draft(reference)["recipients"] == ["donna@example.org"]


AWKWARD = (
    '"a b"@example.org', "a..b@example.org", "a@b@example.org", "ü@example.org", "x@[127.0.0.1]",
    "a@example.org>", ".a@example.org", '"><script>"@example.org', "a@exa_mple.org", "a@-example.org",
    f"{'x' * 300}@example.org", f"a@{'y' * 300}.org", "a@example..org", "a,b@example.org", "@example.org",
    "a@xn--a.example", "\u202egro.elpmaxe@a.example",
)  # fmt: skip


@pytest.mark.parametrize("address", AWKWARD)
def test_a_sender_with_an_awkward_address_still_becomes_a_case_that_can_be_opened(
    place: Place, address: str
) -> None:
    place.ours.receive(letter(sender=f"Donna <{address}>"))
    (case,) = place.ours.cases()
    draft = place.ours.new_draft(case["reference"])
    headers = {"If-Match": f'"{draft["version"]}"'}
    answer = place.ours.as_().post(f"/api/v1/drafts/{draft['id']}/approve", headers=headers)
    assert answer.status_code in (200, 422), answer.text


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 01 Jan 0001 00:00:00 +1400", "Fri, 31 Dec 9999 23:59:59 -1400",
        "Thu, 01 Jan 1970 00:00:00 -0000",
        "Mon, 99 Foo 99999 99:99:99 +9999", "Sun, 29 Feb 2026 24:60:60 +0000",
    ],
)  # fmt: skip
def test_a_date_at_the_ends_of_time_stops_nothing(place_on_each: Place, date: str) -> None:
    place_on_each.ours.receive(letter(Date=date))
    assert len(place_on_each.ours.cases()) == 1


@pytest.mark.parametrize(
    "header",
    [
        {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"},
        {"Return_Path": "<>"}, {"List_Id": "<news.example.net>", "List_Unsubscribe": "<https://example.net>"},
        {"X_Auto_Response_Suppress": "All", "Auto_Submitted": "auto-replied"},
    ],
)  # fmt: skip
def test_machine_mail_is_kept_and_answered_by_nobody(place: Place, header: dict[str, str]) -> None:
    place.ours.receive(letter(**header))
    assert place.ours.deliveries() == []
    arrivals = place.ours.as_().get("/api/v1/arrivals").json()["items"]
    assert [one["state"] for one in arrivals] == ["done"]


def test_a_null_envelope_sender_is_never_answered(place: Place) -> None:
    place.ours.receive(letter("Undelivered, it seems."), envelope_sender="<>")
    assert place.ours.deliveries() == []


def test_two_installations_that_acknowledge_each_other_stop_at_once(place: Place) -> None:
    place.ours.receive(letter(sender=f"The Desk <{place.theirs.address}>"))
    ours, theirs, carried = place.ours, place.theirs, [0, 0]
    for _ in range(5):
        for index, (sender, receiver) in enumerate(((ours, theirs), (theirs, ours))):
            fresh = sender.deliveries()[carried[index] :]
            carried[index] += len(fresh)
            for row, raw in fresh:
                receiver.receive(raw, envelope_sender=row.envelope_sender or "<>")
    assert carried[0] <= 2 and carried[1] <= 2


def test_an_acknowledgement_repeats_nothing_and_leaves_with_an_empty_sender(place: Place) -> None:
    place.ours.receive(
        letter(
            "My roof leaks and the council does not come. Please help. Pictures on https://goods.example now",
            subject="The roof https://goods.example",
        )
    )
    ((row, raw),) = place.ours.deliveries()
    sent = email.message_from_bytes(raw, policy=policy.default)
    assert row.envelope_sender == ""
    assert sent["Auto-Submitted"] == "auto-replied"
    assert "goods" not in sent.get_content()


def test_one_address_is_acknowledged_at_most_twice_a_day(place: Place) -> None:
    for number in range(12):
        place.ours.receive(letter(f"Bin {number} of our street was missed.", subject=f"Bin {number}"))
    assert 1 <= len(place.ours.deliveries()) <= 2


def test_no_name_of_a_sender_becomes_a_header_or_a_link_in_what_we_send(place: Place) -> None:
    name = "=?utf-8?q?Donna=0D=0ABcc=3A_evil=40example.net=0D=0A=0D=0Ahttps=3A//evil.example?="
    place.ours.receive(
        letter(sender=f"{name} <donna@example.org>", subject="=?utf-8?q?x=0D=0ABcc=3A_e=40e.org?=")
    )
    (case,) = place.ours.cases()
    draft = place.ours.new_draft(case["reference"])
    headers = {"If-Match": f'"{draft["version"]}"'}
    assert place.ours.as_().post(f"/api/v1/drafts/{draft['id']}/approve", headers=headers).status_code == 200
    assert len(place.ours.deliveries()) == 2
    for row, raw in place.ours.deliveries():
        head = raw.partition(b"\r\n\r\n")[0].decode()
        assert row.recipients == ["donna@example.org"]
        assert not re.search(r"(?im)^bcc:", head)
        assert "evil.example" not in email.message_from_bytes(raw, policy=policy.default).get_content()

"""A mail in the mailbox becomes a signed-off reply and a status page: the whole path, through REST."""

import re
from typing import Any

import httpx

from tests.rigs.dovecot import USER
from tests.rigs.exim import Exim
from tests.rigs.places import Place, RealPlace
from tests.rigs.product import until

DONNA = "donna@example.org"

DAMP = b"""From: Donna Fretwell <donna@example.org>\r
To: casework@example.org\r
Subject: Damp again!!! 14 Quarry Rd ZZ10 4AB\r
Message-ID: <damp-1@example.org>\r
Date: Mon, 01 Jun 2026 09:10:00 +0100\r
Content-Type: text/plain; charset=utf-8\r
\r
Dear Rowan Ashby, im at my wits end. black mould all over the kids room since October.\r
Rang Marl Homes 9 times. Please can you do something. Donna Fretwell 07700 900123\r
"""


def test_a_mail_becomes_a_case_an_acknowledgement_a_signed_off_reply_and_a_status_page(
    real_place: RealPlace,
) -> None:
    product, exim = real_place.product, real_place.exim
    exim.open_mailbox(DONNA)
    product.person(real_place.office, "priya@wexcombe.example", "Priya Nair")
    rowan = product.person(real_place.office, "rowan@wexcombe.example", "Rowan Ashby", "signatory")
    product.serve()
    priya = product.client(product.token(real_place.office, "priya@wexcombe.example"))
    member = product.client(product.token(real_place.office, "rowan@wexcombe.example"))

    exim.post(DAMP, sender=DONNA)
    case = until(lambda: _only_case(priya))
    assert case["kind"] == "casework"
    assert "housing-social" in case["topics"]
    assert {clock["kind"] for clock in case["clocks"]} >= {"first_reply"}
    decision = priya.get(f"/cases/{case['reference']}/decision").json()["items"][0]
    assert any(rule["matched"] for rule in decision["considered"])
    message = priya.get(f"/cases/{case['reference']}/messages").json()["items"][0]
    assert priya.get(f"/messages/{message['id']}/raw").content.endswith(DAMP)
    link = _link_in_the_acknowledgement(exim)

    draft = _reply_in_the_members_name(priya, case["reference"], rowan["id"])
    refused = priya.post(f"/drafts/{draft['id']}/approve", headers=_if_match(draft))
    assert refused.status_code == 403
    approved = member.post(f"/drafts/{draft['id']}/approve", headers=_if_match(draft))
    assert approved.status_code == 200, approved.text
    message_id = _what_the_member_wrote(exim)
    until(lambda: _delivery_states(priya) == {"sent"})
    shown = _status_page(f"{product.url}{link}", DONNA)
    assert "We are working on it" in shown and "mould" not in shown
    assert _items(priya, "/cases?view=to-sort") == []
    assert [one["assignee"] for one in _items(priya, "/cases?view=mine")] == ["priya@wexcombe.example"]

    exim.post(_answer(message_id), sender=DONNA)
    until(lambda: _only_case(priya)["message_count"] == 4)
    assert len(exim.delivered(DONNA)) == 2, "one copy of each, and no more"
    assert product.tell("audit", "verify")


def test_two_workers_on_one_mailbox_make_one_case_of_each_mail(place: Place) -> None:
    product = place.product
    product.person(place.office, "priya@wexcombe.example", "Priya Nair")
    product.serve("web")
    product.start("worker")
    product.start("worker")
    for number in range(40):
        place.dovecot.deliver(_another(number))
    priya = product.client(product.token(place.office, "priya@wexcombe.example"))
    until(lambda: len(_items(priya, "/cases?limit=200")) == 40, seconds=60)
    until(lambda: len(place.sink.messages) == 40, seconds=60)
    subjects = sorted(case["subject"] for case in _items(priya, "/cases?limit=200"))
    assert subjects == sorted(f"Bins {number}" for number in range(40))
    assert sorted(one.recipients[0] for one in place.sink.messages) == sorted(
        f"person{number}@example.org" for number in range(40)
    )


def _link_in_the_acknowledgement(exim: Exim) -> str:
    """The first mail to Donna: no machine answers it, it is quiet about her trouble, it has her link."""
    mail = until(lambda: exim.delivered(DONNA))[0]
    letter = mail.letter
    assert (mail.sender, mail.recipient) == ("", DONNA)
    assert "with esmtpsa" in mail.came, "encrypted and signed in"
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["In-Reply-To"] == "<damp-1@example.org>"
    assert "black mould" not in letter.get_content()
    link = re.search(r"http://127\.0\.0\.1:\d+(/s/\S+)", letter.get_content())
    assert link is not None
    return link[1]


def _what_the_member_wrote(exim: Exim) -> str:
    """The second mail to Donna, as a letter of a person; its Message-ID."""
    until(lambda: len(exim.delivered(DONNA)) == 2)
    [mail] = [one for one in exim.delivered(DONNA) if one.sender]
    letter = mail.letter
    assert (mail.sender, mail.recipient) == (USER, DONNA)
    assert "with esmtpsa" in mail.came
    assert letter["From"].addresses[0].display_name == "Rowan Ashby"
    assert [one.addr_spec for one in letter["To"].addresses] == [DONNA]
    assert letter["In-Reply-To"] == "<damp-1@example.org>"
    assert "<damp-1@example.org>" in letter["References"]
    assert letter["Auto-Submitted"] is None
    assert "we have asked Marl Homes" in letter.get_content()
    return str(letter["Message-ID"])


def _status_page(link: str, check: str) -> str:
    """What the constituent sees behind the link of the acknowledgement."""
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        assert "Rowan" not in browser.get(link).text
        page = browser.post(link, data={"check": check})
        assert page.status_code == 200 and page.url.path == "/status", page.url
        return page.text


def _only_case(client: httpx.Client) -> Any:
    items = _items(client, "/cases")
    return items[0] if len(items) == 1 else None


def _items(client: httpx.Client, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def _delivery_states(client: httpx.Client) -> set[str]:
    return {one["state"] for one in _items(client, "/deliveries")}


def _if_match(draft: Any) -> dict[str, str]:
    return {"If-Match": f'"{draft["version"]}"'}


def _reply_in_the_members_name(client: httpx.Client, reference: str, member_id: str) -> Any:
    begun = client.post(f"/cases/{reference}/drafts", json={})
    assert begun.status_code == 201, begun.text
    draft = begun.json()
    assert draft["recipients"] == [DONNA]
    saved = client.patch(
        f"/drafts/{draft['id']}",
        headers=_if_match(draft),
        json={"text": "Dear Donna, we have asked Marl Homes again by [date].", "identity": member_id},
    ).json()
    gap = client.post(f"/drafts/{draft['id']}/submit", headers=_if_match(saved))
    assert gap.status_code == 422
    saved = client.patch(
        f"/drafts/{draft['id']}",
        headers=_if_match(saved),
        json={"text": "Dear Donna, we have asked Marl Homes again. They must reply by 9 June."},
    ).json()
    submitted = client.post(f"/drafts/{draft['id']}/submit", headers=_if_match(saved))
    assert submitted.status_code == 200, submitted.text
    return submitted.json()


def _answer(message_id: str) -> bytes:
    return (
        f"From: donna@example.org\r\nTo: casework@example.org\r\nSubject: Re: Damp\r\n"
        f"Message-ID: <damp-2@example.org>\r\nIn-Reply-To: {message_id}\r\n\r\nThank you so much\r\n"
    ).encode()


def _another(number: int) -> bytes:
    return (
        f"From: Person {number} <person{number}@example.org>\r\nTo: casework@example.org\r\n"
        f"Subject: Bins {number}\r\nMessage-ID: <bins-{number}@example.org>\r\n\r\n"
        f"My bins were not emptied for {number + 2} weeks. Please help. ZZ10 4AB\r\n"
    ).encode()

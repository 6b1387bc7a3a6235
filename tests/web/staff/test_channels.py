"""A channel's page: what its modes mean, and what happened on it lately."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from connectors.contract import Checked
from inbox import channels
from inbox.history import SYSTEM, record
from inbox.models import Channel, ChannelBudget, ChannelMode, Delivery, DeliveryState, EventKind, Role, new_id
from inbox.web.staff.showing import channel_pages
from tests.factories import a_channel
from tests.web.staff.offices import Bench


def channel_of(bench: Bench) -> Channel:
    with bench.read() as session:
        found: Channel = session.exec(select(Channel).where(Channel.kind == "email")).one()
        return found


def page_of(bench: Bench) -> str:
    return bench.sit(Role.MANAGER).get(f"/channels/{channel_of(bench).id}").text


def test_redirecting_is_named_by_what_it_does(bench: Bench) -> None:
    page = page_of(bench)
    assert "Sends people elsewhere" in page
    assert "test address" not in page


def test_who_switched_it_and_why_stands_on_its_page(bench: Bench) -> None:
    desk, url = bench.sit(Role.MANAGER), f"/channels/{channel_of(bench).id}"
    desk.press(f"{url}/mode", {"mode": "listen", "reason": "The election", "confirmed": "yes"})
    page = page_of(bench)
    assert "Now “Listens only”: The election" in page
    assert "Nothing happened" not in page


def test_a_channel_that_only_listens_says_so_and_not_just_that_it_works(bench: Bench) -> None:
    for mode, words in (("full", "Working</span>"), ("listen", "Working, listens only</span>")):
        with bench.write() as session:
            row = session.exec(select(Channel).where(Channel.kind == "email")).one()
            row.mode, row.last_ok_at = mode, datetime.now(UTC)
        assert words in page_of(bench)


def test_the_button_that_stops_sending_names_what_it_stops(bench: Bench) -> None:
    channel = channel_of(bench)
    asked = (
        bench.sit(Role.MANAGER)
        .press(f"/channels/{channel.id}/mode", {"mode": "listen", "reason": "Recess"})
        .text
    )
    assert f"Stop sending by {channel.name}</button>" in asked.replace("<kbd", "</button><kbd")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("email", "An acknowledgement begins with your words."),
        ("facebook", "Comments, posts and mentions get nothing"),
        ("x", "Posts get nothing"),
        ("web", "The form closes."),
        ("feed", "Nobody is answered with your words."),
        ("open311", "Nobody is answered with your words."),
        ("phone", "Nobody is answered with your words"),
        ("surgery", "Nobody is answered with your words"),
    ],
)
def test_before_people_are_sent_elsewhere_it_is_said_who_is_answered_and_who_is_not(
    kind: str, words: str
) -> None:
    channel = Channel(office_id="o", kind=kind, account="a", name="A", created_at=datetime.now(UTC))
    _, told = channel_pages.effects(channel, ChannelMode.REDIRECT)
    assert words in " ".join(told)
    assert "Whoever writes is answered" not in " ".join(told)


def test_what_staff_write_down_is_neither_collected_nor_sent(bench: Bench) -> None:
    with bench.write() as session:
        phone = a_channel(session, kind="phone", account="phone", name="Phone calls", mode="full")
        url = f"/channels/{phone.id}"
    page = bench.sit(Role.MANAGER).get(url).text
    assert "Open: staff write down what was said" in page and "Collects and sends" not in page


def test_what_a_platform_made_us_notice_stands_on_its_page_in_words(bench: Bench) -> None:
    with bench.write() as session:
        told = {"channel": channel_of(bench).id, "notice": "the call was not signed with our secret"}
        record(session, None, EventKind.CHANNEL_NOTICE, SYSTEM, now=datetime.now(UTC), **told)
    assert "The call was not signed with our secret" in page_of(bench)


def test_messages_that_failed_are_not_called_nothing(bench: Bench) -> None:
    channel = channel_of(bench)
    with bench.write() as session:
        for state in (DeliveryState.FAILED, DeliveryState.UNKNOWN):
            session.add(
                Delivery(
                    office_id=channel.office_id,
                    channel_id=channel.id,
                    case_id=bench.case().id,
                    purpose="reply",
                    recipients=["a@example.org"],
                    envelope_sender="",
                    outgoing_id=new_id(),
                    raw_hash="0" * 64,
                    state=state,
                    queued_at=datetime.now(UTC),
                    next_at=datetime.now(UTC),
                )
            )
    page = page_of(bench)
    assert "Failed or came back in the last 7 days: 1." in page
    assert "Nobody knows whether these arrived: 1." in page


def test_a_list_can_be_narrowed_to_any_channel_of_the_office(bench: Bench) -> None:
    with bench.write() as session:
        page = a_channel(session, kind="facebook", name="Our Page", account="111").id
    desk = bench.sit(Role.CASEWORKER)
    assert f'<option value="{page}"' in desk.get("/queue/all").text
    assert bench.reference in desk.get(f"/queue/all?channel={channel_of(bench).id}").text
    assert bench.reference not in desk.get(f"/queue/all?channel={page}").text


def test_every_channel_that_people_or_our_own_pages_feed_can_be_tested(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    for kind in ("web", "post", "phone", "surgery", "outreach"):
        with bench.write() as session:
            row = a_channel(session, kind=kind, name=f"Ours: {kind}", account=kind, settings={}).id
        answer = desk.press(f"/channels/{row}/test", {})
        assert answer.status_code == 200, (kind, answer.text)
        assert "What happened" in answer.text


def test_what_the_platform_still_allows_stands_on_its_page_until_it_begins_anew(bench: Bench) -> None:
    channel = channel_of(bench)
    with bench.write() as session:
        for name, remaining, minutes in (("dm_events", 0, 9), ("mentions", 294, 9), ("lookup", 1, -9)):
            resets_at = datetime.now(UTC) + timedelta(minutes=minutes)
            session.add(ChannelBudget(office_id=channel.office_id, channel_id=channel.id, name=name,
                                      remaining=remaining, resets_at=resets_at))  # fmt: skip
    page = page_of(bench)
    assert "dm events: none until" in page
    assert "mentions: 294 until" in page
    assert "lookup" not in page


def test_an_address_that_the_program_tells_the_platform_itself_is_not_for_copying() -> None:
    for kind, words in (("microsoft365", "the program tells it to Microsoft"), ("facebook", "copy it to")):
        channel = Channel(office_id="o", kind=kind, name=kind, account="a", settings={})
        [told] = [
            name for name, value in channel_pages.facts(channel, "https://inbox.example/w") if "/w" in value
        ]
        assert words in told


class _Server:
    """Lets in whoever has the right password."""

    def __init__(self, password: str) -> None:
        self._password = password

    def check(self) -> list[Checked]:
        is_right = self._password == "the-new-one"
        return [Checked("Sign in to the mailbox", is_right, "came in" if is_right else "it was refused")]


def test_a_new_password_is_tried_and_kept_on_the_channels_page(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        channels, "build", lambda kind, values, secrets, *rest: _Server(secrets.get("password", ""))
    )
    before, desk = channel_of(bench), bench.sit(Role.MANAGER)
    url = f"/channels/{before.id}/change"
    assert url in page_of(bench) and 'name="password"' in desk.get(url).text
    refused = desk.press(url, {**before.settings, "password": "an-old-one"})
    assert refused.status_code == 422 and "it was refused" in refused.text
    assert "an-old-one" not in refused.text and channel_of(bench).sealed == before.sealed
    desk.press(url, {**before.settings, "password": "the-new-one"})
    after = channel_of(bench)
    assert after.sealed != before.sealed and after.cursor == before.cursor
    assert "Its settings were changed" in page_of(bench) and "the-new-one" not in page_of(bench)


def test_nobody_else_may_change_a_channels_settings(bench: Bench) -> None:
    url = f"/channels/{channel_of(bench).id}/change"
    assert bench.sit(Role.CASEWORKER).get(url).status_code == 403


def test_a_form_on_the_web_says_what_it_does_and_where_it_is(bench: Bench) -> None:
    with bench.write() as session:
        form = a_channel(session, kind="web", account="form", name="Contact form", mode="full")
        url = f"/channels/{form.id}"
    page = bench.sit(Role.MANAGER).get(url).text
    assert "Open: anybody can write by it" in page and "/contact/" in page
    assert "staff write down what was said" not in page

"""Collecting from Microsoft 365: by delta, once, in order of time, whatever the platform does."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Boundless, CredentialsRejected, PermanentFailure, TemporaryFailure
from connectors.email.graph import pacing
from connectors.standins.graph.allowance import Allowance
from connectors.standins.graph.sign_in import REFRESH_TOKEN
from tests.connectors.contract_suite import collected
from tests.connectors.mail import an_outbound
from tests.connectors.microsoft365 import MAILBOX, Account
from tests.rigs.platforms import Platform, platform

DELTA = r"GET /v1\.0/users/[^/]+/mailFolders/inbox/messages/delta"
VALUE = r"GET /v1\.0/users/[^/]+/messages/[^/]+/\$value"


@pytest.fixture(scope="module")
def graph() -> Iterator[Platform]:
    with platform("graph") as running:
        yield running


@pytest.fixture
def account(graph: Platform) -> Account:
    graph.order("_reset")
    graph.order("_mailbox", mailbox=MAILBOX)
    return Account(graph)


def error(code: str, message: str = "no") -> dict[str, object]:
    return {"error": {"code": code, "message": message, "innerError": {"request-id": "r-1"}}}


def texts(account: Account, cursor: str | None = None) -> list[str]:
    arrivals, _ = collected(account.channel(), cursor)
    return [one.raw.decode().rstrip().rpartition("\r\n")[2] for one in arrivals]


def test_mail_comes_in_order_of_time_though_it_is_listed_newest_first_and_shuffled(account: Account) -> None:
    account.platform.order("_quirks", shuffled=True)
    account.deliver("letter", times=30)
    assert texts(account) == [f"letter {number}." for number in range(30)]


def test_empty_pages_and_repeats_lose_and_double_nothing(account: Account) -> None:
    account.deliver("letter", times=5)
    account.platform.order("_quirks", empty_pages=3, repeats=4)
    assert len(texts(account)) == 5


def test_ids_are_immutable_so_a_move_within_the_mailbox_is_not_a_new_message(account: Account) -> None:
    [identity] = account.deliver()
    channel = account.channel()
    arrivals, cursor = collected(channel)
    account.platform.order("_move", mailbox=MAILBOX, id=identity, folder="archive")
    account.platform.order("_move", mailbox=MAILBOX, id=identity, folder="inbox")
    again, _ = collected(channel, cursor)
    assert [one.external_id for one in arrivals] == [f"{MAILBOX}/{identity}"]
    assert [one.external_id for one in again] in ([], [f"{MAILBOX}/{identity}"])


def test_what_was_moved_or_deleted_before_it_was_read_harms_nothing(account: Account) -> None:
    first, second, _ = account.deliver("letter", times=3)
    channel = account.channel()
    account.platform.order("_move", mailbox=MAILBOX, id=second, folder="archive")
    account.platform.order("_faults", on=VALUE, act="status", status=404, body=error("ErrorItemNotFound"))
    batch = channel.fetch(None)
    assert len(batch.arrivals) == 1
    assert batch.notices == ("a message was deleted before it could be collected",)
    assert first


def test_a_forgotten_place_is_read_again_from_since_and_marked_as_such(account: Account) -> None:
    account.deliver("old", ago=86400 * 700)
    account.deliver("letter")
    channel = account.channel()
    arrivals, cursor = collected(channel)
    account.platform.order("_expire")
    account.deliver("new")
    batch = channel.fetch(cursor)
    again, cursor = collected(channel, batch.cursor)
    assert "forgot how far" in batch.notices[0]
    assert arrivals[0].external_id == again[0].external_id
    assert [one.hints.get("resync") for one in again] == ["1", "1"]
    account.deliver("newest")
    assert [one.hints.get("resync") for one in collected(channel, cursor)[0]] == [None]


def test_nothing_older_than_since_is_collected(account: Account) -> None:
    account.deliver("old", ago=7200)
    account.deliver("letter")
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    arrivals, _ = collected(account.channel(since=since))
    assert len(arrivals) == 1


def test_a_crash_between_pages_loses_nothing(account: Account) -> None:
    account.deliver("letter", times=120)
    cursor, seen = None, []
    while True:
        batch = account.channel().fetch(cursor)  # a new program for every look
        seen += [one.external_id for one in batch.arrivals]
        cursor = batch.cursor
        if not batch.more:
            break
    assert len(seen) == len(set(seen)) == 120
    assert len(json.dumps(cursor)) < 2000


def test_no_more_than_four_requests_are_made_at_once(account: Account) -> None:
    account.deliver("letter", times=12)
    account.platform.order("_faults", on=VALUE, act="slow", seconds=0.2, times=100)
    channel = account.channel()
    with ThreadPoolExecutor(6) as people:
        looks = [people.submit(channel.evidence, an_outbound()) for _ in range(6)]
        batch = channel.fetch(None)
        assert [look.result() for look in looks] == [None] * 6
    assert len(batch.arrivals) == 12
    assert 2 <= account.state()["most_at_once"] <= 4


def test_throttling_is_temporary_and_says_for_how_long(account: Account) -> None:
    account.deliver()
    account.platform.order(
        "_faults", on=DELTA, act="status", status=429, headers={"retry-after": "37", "request-id": "r-77"},
        body=error("ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
    )  # fmt: skip
    channel = account.channel()
    with pytest.raises(TemporaryFailure) as caught:
        channel.fetch(None)
    assert caught.value.after == timedelta(seconds=37)
    assert "r-77" in caught.value.reason
    assert len(channel.fetch(None).arrivals) == 1


@pytest.mark.parametrize("fault", [
    {"act": "status", "status": 503, "body": error("ServiceUnavailable")},
    {"act": "status", "status": 504, "body": error("GatewayTimeout")},
    {"act": "drop"},
    {"act": "html"},
    {"act": "status", "status": 200, "body": {"error": {"code": "oops"}}},
    {"act": "status", "status": 200, "body": {"value": [7, None, {"id": 12}]}},
])  # fmt: skip
def test_a_broken_list_is_temporary_and_loses_nothing(account: Account, fault: dict[str, object]) -> None:
    account.deliver()
    account.platform.order("_faults", on=DELTA, **fault)
    channel = account.channel()
    with pytest.raises(TemporaryFailure):
        channel.fetch(None)
    assert len(collected(channel)[0]) == 1


def test_a_message_that_microsoft_cannot_hand_over_is_set_aside_in_sight_and_holds_up_nobody(
    account: Account,
) -> None:
    [bad] = account.deliver("bad")
    account.deliver("good")
    account.platform.order(
        "_faults",
        on=rf".*{bad[-10:-1]}.*value",
        act="status",
        status=500,
        times=100,
        body=error("ErrorInternal"),
    )  # fmt: skip
    channel, cursor, arrivals = account.channel(), None, []
    for _ in range(6):
        try:
            batch = channel.fetch(cursor)
        except TemporaryFailure:
            continue
        arrivals += batch.arrivals
        cursor = batch.cursor
    assert [one.hints.get("unreadable") for one in arrivals] == ["1", None]


def test_a_message_that_is_refused_for_good_is_set_aside_at_once(account: Account) -> None:
    account.deliver()
    account.platform.order("_faults", on=VALUE, act="status", status=400, body=error("ErrorCorruptData"))
    [arrival] = account.channel().fetch(None).arrivals
    assert arrival.hints["unreadable"] == "1"


def test_a_token_that_ends_in_mid_run_is_renewed_once(account: Account) -> None:
    channel = account.channel()
    collected(channel)
    account.platform.order("_revoke")
    account.deliver()
    assert len(collected(channel)[0]) == 1


def test_a_token_that_is_refused_again_is_a_matter_for_a_person(account: Account) -> None:
    account.platform.order(
        "_faults", on=DELTA, act="status", status=401, times=2, body=error("InvalidAuthenticationToken")
    )
    with pytest.raises(CredentialsRejected):
        account.channel().fetch(None)


def test_a_closed_mailbox_is_said_in_words_with_the_roles_to_ask_for(account: Account) -> None:
    account.platform.order("_deny", mailbox=MAILBOX)
    with pytest.raises(CredentialsRejected) as caught:
        account.channel().fetch(None)
    assert "Application Mail.ReadWrite" in caught.value.reason
    assert "request-id" in caught.value.reason


def test_a_wrong_secret_is_said_in_words(account: Account) -> None:
    [step, *_] = account.channel({"client_secret": "wrong"}).check()
    assert not step.ok
    assert "Invalid client secret" in step.detail


def test_a_missing_folder_is_said_in_words(account: Account) -> None:
    with pytest.raises(PermanentFailure, match='no folder "letters"'):
        account.channel(folder="letters").fetch(None)
    batch = account.channel(junk_folder="letters").fetch(None)
    assert 'no folder "letters"' in batch.notices[0]


def test_a_list_that_leads_to_another_host_is_not_followed(account: Account) -> None:
    body = {"value": [], "@odata.nextLink": "https://elsewhere.example/v1.0/steal?token=1"}
    account.platform.order("_faults", on=DELTA, act="status", status=200, body=body)
    channel = account.channel()
    with pytest.raises(TemporaryFailure, match="another host"):
        channel.fetch(None)


def test_the_junk_and_sent_folders_are_read_with_their_hints(account: Account) -> None:
    account.deliver("junk", folder="junkemail")
    account.platform.order("_sent_from_outlook", mailbox=MAILBOX, to="wyn@example.net", subject="Re: Bins")
    arrivals, _ = collected(account.channel(junk_folder="junkemail"))
    assert {one.hints["folder"]: (one.hints.get("junk"), one.hints.get("direction")) for one in arrivals} == {
        "sentitems": (None, "outbound"), "junkemail": ("1", None),
    }  # fmt: skip


def test_signed_in_as_a_person_the_refresh_token_is_replaced_and_kept(account: Account) -> None:
    channel = account.channel({"refresh_token": REFRESH_TOKEN})
    account.deliver()
    collected(channel)
    account.platform.order("_revoke")
    account.deliver()
    assert len(collected(channel)[0]) == 2


def test_every_request_asks_for_immutable_ids_and_carries_an_id_of_its_own(account: Account) -> None:
    account.deliver()
    collected(account.channel())
    asked = [one["headers"] for one in account.asked("/v1.0/users/")]
    assert all('IdType="ImmutableId"' in one["prefer"] for one in asked)
    assert len({one["client-request-id"] for one in asked}) == len(asked)


def test_a_large_message_leaves_its_header_and_says_so(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.email.graph.api.TOO_LARGE", 20_000)
    account.deliver("word " * 8000, subject="Large")
    [arrival] = account.channel().fetch(None).arrivals
    assert arrival.hints["too_large"] == "1"
    assert b"Subject: Large" in arrival.raw
    assert b"word word" not in arrival.raw


def test_a_damaged_cursor_is_said_in_words(account: Account) -> None:
    with pytest.raises(PermanentFailure, match="damaged"):
        account.channel().fetch('{"folders": 3}')


def test_after_a_move_to_another_cloud_the_folder_is_read_again(account: Account) -> None:
    account.deliver()
    _, cursor = collected(account.channel())
    moved = str(cursor).replace(account.platform.url, "https://graph.microsoft.us")
    batch = account.channel().fetch(moved)
    assert "read again" in batch.notices[0]
    assert len(collected(account.channel(), batch.cursor)[0]) == 1


def test_mail_by_a_name_has_the_same_id_after_a_restart_of_the_stand_in(account: Account) -> None:
    first = account.deliver(id="damp", ago=600, quiet=True)
    account.deliver()
    account.platform.order("_reset")
    assert account.deliver(id="damp", ago=600, quiet=True) == first


def test_throttled_in_the_middle_what_was_read_is_kept_and_not_asked_for_again(account: Account) -> None:
    ids = account.deliver("letter", times=7)
    refused = {"on": rf".*{ids[4][-10:-1]}.*value", "act": "status", "status": 429}
    account.platform.order("_faults", **refused, body=error("ApplicationThrottled"))
    channel = account.channel()
    first = channel.fetch(None)
    rest, _ = collected(channel, first.cursor)
    assert [len(first.arrivals), len(rest)] == [4, 3]
    assert len([one for one in account.asked("$value") if one["status"] == 200]) <= 8


@pytest.mark.parametrize("headers", [{"retry-after": "9"}, {}])
def test_a_message_is_not_given_up_because_microsoft_has_no_time(
    account: Account, headers: dict[str, str]
) -> None:
    [identity] = account.deliver("letter")
    account.platform.order(
        "_faults", on=rf".*{identity[-10:-1]}.*value", act="status", status=429, times=9, headers=headers,
        body=error("ApplicationThrottled"),
    )  # fmt: skip
    channel = account.channel()
    for _ in range(9):
        with pytest.raises(TemporaryFailure) as caught:
            channel.fetch(None)
        assert caught.value.after == timedelta(seconds=9 if headers else 30)
    [arrival] = channel.fetch(None).arrivals
    assert b"letter" in arrival.raw and "unreadable" not in arrival.hints


def test_a_folder_that_fails_takes_nothing_back_from_the_one_before_it(account: Account) -> None:
    account.deliver("letter", times=3)
    account.platform.order(
        "_faults", on=r"GET .*/sentitems/messages/delta", act="status", status=503, times=2
    )
    channel = account.channel()
    first = channel.fetch(None)
    assert (len(first.arrivals), first.more) == (3, True)
    with pytest.raises(TemporaryFailure):
        channel.fetch(first.cursor)
    assert channel.fetch(first.cursor).arrivals == ()
    assert len(account.asked("$value")) == 3, "none was read twice"


class Told(Boundless):
    """A budget that all nodes share, as the database keeps it."""

    waits: timedelta | None = None

    def wait(self, name: str) -> timedelta | None:
        return self.waits

    def heard(self, name: str, *, remaining: int, resets_in: timedelta) -> None:
        assert (name, remaining) == ("requests", 0)
        self.waits = resets_in


def test_past_its_allowance_a_mailbox_is_left_alone_by_all_nodes_until_the_time_is_over(
    account: Account,
) -> None:
    account.deliver("letter", times=20)
    account.platform.order("_limit", requests=10, seconds=600)  # a list, and three times three letters
    budget = Told()
    here, there = (account.channel(around={"budget": budget}) for _ in range(2))
    first = here.fetch(None)
    assert len(first.arrivals) == 9
    assert budget.waits is not None
    budget.waits = None
    with pytest.raises(TemporaryFailure) as caught:
        collected(here, first.cursor)
    assert caught.value.after is not None and timedelta(minutes=9) < caught.value.after <= timedelta(
        minutes=10
    )
    before = len(account.asked())
    for channel in (here, there):
        with pytest.raises(TemporaryFailure, match="asked us to wait"):
            channel.fetch(first.cursor)
    assert len(account.asked()) == before, "nothing is asked while everybody waits"
    account.platform.order("_clock", offset=601)
    account.platform.order("_limit", requests=10_000, seconds=600)
    budget.waits = None
    rest, _ = collected(there, first.cursor)
    bodies = [one.raw.decode().rstrip().rpartition(" ")[2] for one in (*first.arrivals, *rest)]
    assert bodies == [f"{number}." for number in range(20)]
    account.platform.order("_clock", offset=0)


def test_a_mailbox_with_much_waiting_rests_before_microsoft_has_to_refuse(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(pacing, "monotonic", lambda: now[0])
    monkeypatch.setattr(pacing, "KEPT_FREE", pacing.ALLOWED - 40)  # so that forty requests are many
    mailbox = "busy@ashby.example"
    account.platform.order("_deliver", mailbox=mailbox, text="letter", times=75)
    budget = Told()
    channel = account.channel(around={"budget": budget}, mailbox=mailbox)
    first = channel.fetch(None)
    with pytest.raises(TemporaryFailure, match="More mail is waiting") as caught:
        channel.fetch(first.cursor)
    assert caught.value.after == budget.waits == timedelta(seconds=600), "all nodes leave it alone"
    now[0] += 600
    budget.waits = None
    rest, _ = collected(channel, first.cursor)
    assert len(first.arrivals) + len(rest) == 75
    assert not [one for one in account.asked() if one["status"] == 429]


def test_ten_thousand_requests_in_ten_minutes_are_what_the_stand_in_allows_a_mailbox() -> None:
    allowance, at = Allowance(), datetime(2026, 11, 22, 9, tzinfo=UTC)
    path = "/v1.0/users/office@ashby.example/messages/1/$value"
    assert [allowance.spend(path, at) for _ in range(10_001)] == [0] * 10_000 + [600]
    assert allowance.spend("/v1.0/users/other@ashby.example/messages", at) == 0
    assert allowance.spend(path.upper().replace("/V1.0/USERS", "/v1.0/users"), at) == 600
    assert allowance.spend(path, at + timedelta(seconds=599.5)) == 1
    assert allowance.spend(path, at + timedelta(seconds=600)) == 0
    assert allowance.spend("/v1.0/subscriptions", at) == 0

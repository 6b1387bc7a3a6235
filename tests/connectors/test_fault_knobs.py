"""Each fault that a platform can have is ordered from its stand-in by at least one test: the list of them.

What a platform does not have is None, with the reason beside it.
"""

import re
from pathlib import Path

import pytest

from connectors import standins

HERE = Path(__file__).parent
GRAPH = "test_microsoft365_collecting.py"
WRITE = "test_microsoft365_sending.py"
TOLD = "test_microsoft365_subscribing.py"
LOOK = "facebook/test_polling.py"
SEND = "facebook/test_sending.py"
CALL = "facebook/test_calling.py"
X = "x/test_channel.py"
XCALL = "x/test_calling.py"
COUNCIL = "open311/test_councils.py"
ROWS = "open311/test_contract.py"
BAD = "test_bad_input.py"

KNOBS: dict[str, dict[str, tuple[str, str] | None]] = {
    "429 with true headers": {
        "graph": (GRAPH, "past_its_allowance_a_mailbox_is_left_alone_by_all_nodes_until_the_time_is_over"),
        "facebook": (LOOK, "near_its_limit_we_slow_down_and_at_it_we_stop"),
        "x": (X, "a_limit_that_is_used_up_is_no_failure_and_is_left_alone_until_it_resets"),
        "open311": (COUNCIL, "each_way_of_not_answering_has_its_meaning"),
    },
    "401 in mid-run": {
        "graph": (GRAPH, "a_token_that_ends_in_mid_run_is_renewed_once"),
        "facebook": (LOOK, "a_token_that_dies_in_between_asks_for_a_new_sign_in"),
        "x": (X, "a_token_that_ends_in_mid_run_is_renewed_and_the_new_one_kept"),
        "open311": (COUNCIL, "each_way_of_not_answering_has_its_meaning"),
    },
    "5xx, then success": {
        "graph": (GRAPH, "a_broken_list_is_temporary_and_loses_nothing"),
        "facebook": (SEND, "without_a_clear_answer_nobody_knows_and_nothing_is_sent_again"),
        "x": (X, "a_platform_that_answers_nonsense_loses_nothing"),
        "open311": (COUNCIL, "each_way_of_not_answering_has_its_meaning"),
    },
    "slow body": {
        "graph": (WRITE, "silence_after_the_last_step_is_unknown_and_never_sent_again_by_itself"),
        "facebook": (SEND, "without_a_clear_answer_nobody_knows_and_nothing_is_sent_again"),
        "x": (X, "an_answer_of_x_that_comes_too_late_is_an_unknown_outcome"),
        "open311": (COUNCIL, "each_way_of_not_answering_has_its_meaning"),
    },
    "connection dropped after it took the message": {
        "graph": (WRITE, "what_left_without_an_answer_is_proved_by_the_sent_items"),
        "facebook": (SEND, "what_left_without_an_answer_is_found_in_the_conversation"),
        "x": (X, "an_unknown_outcome_is_settled_by_looking"),
        "open311": (COUNCIL, "what_was_lost_on_the_way_back_is_found_by_its_mark"),
    },
    "events doubled and out of order": {
        "graph": (GRAPH, "empty_pages_and_repeats_lose_and_double_nothing"),
        "facebook": (CALL, "what_was_held_back_and_comes_in_one_call_backwards_is_all_there"),
        "x": (XCALL, "told_three_times_and_backwards_everything_is_there_once"),
        "open311": (COUNCIL, "an_update_and_the_status_it_made_are_one_piece_of_news"),
    },
    "another clock": {
        "graph": (GRAPH, "past_its_allowance_a_mailbox_is_left_alone_by_all_nodes_until_the_time_is_over"),
        "facebook": (SEND, "after_a_day_only_what_a_person_wrote_goes_and_says_so"),
        "x": (X, "the_platforms_clock_counts_and_not_ours"),
        "open311": (COUNCIL, "a_clock_that_is_ahead_loses_no_update"),
    },
    "an empty page with a next one": {
        "graph": (GRAPH, "empty_pages_and_repeats_lose_and_double_nothing"),
        "facebook": (LOOK, "an_empty_page_with_a_next_one_is_not_the_end"),
        "x": (X, "an_empty_page_with_a_next_page_is_not_the_end"),
        "open311": None,  # GeoReport has no pages: a span of time is asked for
    },
    "tokens that rotate": {
        "graph": (GRAPH, "signed_in_as_a_person_the_refresh_token_is_replaced_and_kept"),
        "facebook": None,  # a Page's token does not rotate: it dies, as above
        "x": (X, "threads_that_need_a_token_at_once_use_the_refresh_token_once"),
        "open311": None,  # a key, which the council changes by hand
    },
    "a place in the list that is forgotten": {
        "graph": (GRAPH, "a_forgotten_place_is_read_again_from_since_and_marked_as_such"),
        "facebook": None,  # its cursors are moments, which do not expire
        "x": (X, "when_x_forgets_a_page_reading_starts_again_and_nothing_comes_twice"),
        "open311": None,  # as above: no pages
    },
    "the webhook switched off": {
        "graph": (TOLD, "one_that_is_gone_is_made_again_soon_after_microsoft_says_so"),
        "facebook": (CALL, "a_page_that_facebook_unsubscribed_is_subscribed_again_and_called"),
        "x": (XCALL, "what_x_told_nobody_while_we_were_invalid_is_told_again"),
        "open311": None,  # councils call nobody
    },
    "a handshake that fails": {
        "graph": (TOLD, "an_address_that_microsoft_cannot_reach_is_a_notice_once_and_no_failure"),
        "facebook": ("facebook/test_webhook.py", "a_handshake_is_answered_with_its_challenge_and_another_word_is_refused"),  # noqa: E501
        "x": (XCALL, "another_consumer_secret_here_than_there_is_named"),
        "open311": None,  # as above
    },
    "a link to a file that ran out": {
        "graph": None,  # mail is fetched whole
        "facebook": (BAD, "a_file_whose_link_ran_out_is_given_up_for_good"),
        "x": (BAD, "a_file_whose_link_ran_out_is_given_up_for_good"),
        "open311": (BAD, "a_file_whose_link_ran_out_is_given_up_for_good"),
    },
    "edited or deleted meanwhile": {
        "graph": (GRAPH, "what_was_moved_or_deleted_before_it_was_read_harms_nothing"),
        "facebook": (CALL, "what_was_held_back_and_comes_in_one_call_backwards_is_all_there"),
        "x": (X, "a_known_mention_that_is_gone_is_found_out_within_a_day"),
        "open311": (COUNCIL, "without_updates_the_statuses_are_followed"),
    },
    "200 with a page": {
        "graph": (GRAPH, "a_broken_list_is_temporary_and_loses_nothing"),
        "facebook": (LOOK, "a_page_instead_of_an_answer_is_temporary"),
        "x": (X, "a_platform_that_answers_nonsense_loses_nothing"),
        "open311": (COUNCIL, "each_way_of_not_answering_has_its_meaning"),
    },
}  # fmt: skip
LISTED = [(knob, kind, *test) for knob, row in KNOBS.items() for kind, test in row.items() if test]


@pytest.mark.parametrize(("knob", "kind", "file", "name"), LISTED, ids=lambda one: str(one).replace(" ", "-"))
def test_the_fault_is_ordered_by_a_test_that_is_there(knob: str, kind: str, file: str, name: str) -> None:
    assert f"def test_{name}(" in (HERE / file).read_text(), f"{knob} at {kind}"


def test_every_stand_in_has_a_place_in_every_row() -> None:
    assert {frozenset(row) for row in KNOBS.values()} == {frozenset({"graph", "facebook", "x", "open311"})}


def test_every_knob_of_a_stand_in_is_turned_somewhere() -> None:
    """What stands in the words of a control side (`POST /_name`, quirks) is used by a test."""
    root = HERE.parent.parent
    used = "\n".join(one.read_text() for part in ("tests", "bench") for one in (root / part).rglob("*.py"))
    promised: set[str] = set()
    for file in Path(standins.__file__).parent.rglob("*.py"):
        words = re.search(r'"""(.*?)"""', file.read_text(), re.DOTALL)
        found = words[1] if words else ""
        promised.update(re.findall(r"(?:POST|GET) +/(_\w+)", found))
        quirks = re.findall(r"(?:/_quirks|quirks:)(.*?)(?:\n  POST|\Z|\nPOST)", found, re.DOTALL)
        promised.update(name for part in quirks for name in re.findall(r'"(\w+)"', part))
    assert len(promised) > 50
    ways = ('"{}"', "/{}", "{}=")
    assert [one for one in sorted(promised) if not any(way.format(one) in used for way in ways)] == []

"""The rules: the list, one rule with its form, a refused one, and a try on old mail."""

from dataclasses import replace

from inbox.rules.names import Names
from inbox.web.rendering import View
from inbox.web.staff.rules import LOAD
from inbox.web.staff.showing import rule_actions, rule_form
from inbox.web.views.parts import Act, Badge, Choice, Field, FieldKind, Link, Notice, Problem, Tone
from inbox.web.views.rules import (
    CallRow,
    CallsPage,
    MovedRow,
    ReplayPage,
    RuleCard,
    RuleForm,
    RulePage,
    RulesPage,
    VersionLine,
)
from tests.web.examples.office import at, shell

NAMES = Names(
    ("Benefits", "Casework", "Housing", "Safeguarding"),
    ("priya@example.org", "tom@example.org"),
    ("crisis-words", "holding"),
    frozenset({"bank-branches"}),
)
PEOPLE = {"priya@example.org": "Priya Nair", "tom@example.org": "Tom Hale"}
MEANS = (
    "If the subject or text has one of the words “damp”, “mould” or “leak” or the topic is “housing-social”, "
    "and it is not true that the flag is “media”, send it to team Housing, make it priority, start the first "
    "reply clock of 10 working days and read no further rules."
)
RAW = {
    "name": "Housing repairs",
    "owner": "tom@example.org",
    "expires": "2027-04-30",
    "when": {
        "any": [
            {"field": "message", "operator": "word_list", "value": ["damp", "mould", "leak"]},
            {
                "all": [
                    {"field": "topic", "operator": "is", "value": "housing-social"},
                    {"field": "previous_cases", "operator": ">", "value": 2},
                ]
            },
        ],
        "none": [{"field": "flag", "operator": "is", "value": "media"}],
    },
    "then": {"team": "Housing", "priority": "priority", "topics": ["housing-social"], "clocks": [
        {"kind": "first_reply", "amount": 10, "unit": "working_days"}], "notify": ["Housing"]},
    "stop": True,
}  # fmt: skip
EARLIER = Act("Move up", "/rules/r3/replay", fields=(("do", "moved_up"), ("version", "6")))
LATER = Act("Move down", "/rules/r3/replay", fields=(("do", "moved_down"), ("version", "6")))
CARDS = (
    RuleCard(1, "Threats", "/rules/r1", "If the flag is “threat”, send it to team Safeguarding, make it "
             "immediate, send no acknowledgement and tell named lead.", "Version 1.", (), (EARLIER, LATER)),
    RuleCard(2, "Housing repairs", "/rules/r3", MEANS, "Version 6, by Tom Hale. Tom Hale answers for it. "
             "Counts until 30 April 2027.", (), (EARLIER, LATER)),
    RuleCard(3, "Chase quiet cases", "/rules/r4", "As time passes, if the time of the last change is before "
             "“5 working days ago”, tell Casework.", "Version 2, by Priya Nair.",
             (Badge("Switched off", Tone.CALM, "paused"), Badge("On time", Tone.PLAIN, "clock")),
             (EARLIER, LATER)),
)  # fmt: skip
LIST = RulesPage(
    shell("Rules"),
    CARDS,
    Link("Add a rule", "/rules/new"),
    Link("Save all rules as a file", "/rules/export"),
    Link("Calls of web addresses", "/rules/calls"),
    LOAD,
)


def a_form(raw: dict[str, object], *problems: Problem) -> RuleForm:
    when = raw["when"]
    assert isinstance(when, dict)
    return RuleForm(
        "/rules/r3",
        6,
        rule_actions.head(raw, NAMES, PEOPLE),
        rule_form.lists(when, {problem.name: problem.words for problem in problems}),
        rule_actions.then(raw, NAMES, PEOPLE),
        rule_actions.more(raw, NAMES, PEOPLE),
        rule_form.known_values(NAMES.teams, NAMES.people, NAMES.campaigns),
    )


ACTS = (
    Act("Switch off", "/rules/r3/replay", fields=(("do", "switched_off"), ("version", "6"))),
    EARLIER,
    LATER,
    Act("Copy it", "/rules/r3/copy", fields=(("version", "6"),)),
    Act("Remove it", "/rules/r3/replay", fields=(("do", "removed"), ("version", "6"))),
)
RULE = RulePage(
    shell("Rules"),
    "Housing repairs",
    MEANS,
    "Version 6, by Tom Hale. Tom Hale answers for it. Counts until 30 April 2027.",
    (),
    a_form(RAW),
    ACTS,
    (
        VersionLine(6, at(5, 1, 9, 14), "Tom Hale", "changed", MEANS),
        VersionLine(
            5, at(3, 2, 16, 40), "Priya Nair", "added", "If the text has “mould”, send it to team Casework."
        ),
    ),
)
WRONG = (
    Problem("team", "There is no team “Housin”. Did you mean “Housing”?"),
    Problem("c.none-1.value", "There is no “medai”. Did you mean “media”?"),
)
READ_ONLY = replace(
    RULE,
    form=None,
    acts=(),
    notice=Notice(
        "If the text has “mould”, send it to team Casework.",
        title="Version 5, which the case names. It is version 6 now.",
    ),
)
MOVED = (
    MovedRow("WX-7K4M-2P Damp at 14 Quarry Road", "/cases/WX-7K4M-2P", "Donna Fretwell",
             ("Team: Casework → Housing",),
             ("“Housing repairs” matches: the text has “mould”: “black mould all over the kids room”",)),
    MovedRow("WX-3M9D-8R Leaking roof", "/cases/WX-3M9D-8R", "Imran Sadiq",
             ("Team: Housing → Casework", "Urgency: priority → standard"),
             ("“Housing repairs” matches no more: the number of the sender's earlier cases is 0",)),
)  # fmt: skip
OTHERWISE = (
    MovedRow("WX-9D2H-4T No heating", "/cases/WX-9D2H-4T", "Colin Peake",
             ("Topics: nothing → housing-social",),
             ("“Housing repairs” matches: the topic is housing-social",)),
)  # fmt: skip
TRY = ReplayPage(
    shell=shell("Rules"),
    heading="Change “Housing repairs”: try it on old mail",
    back=Link("Rule “Housing repairs”", "/rules/r3"),
    sentence=MEANS,
    tried="Tried on 1,240 letters, 310 of them on cases that were there already.",
    count="2 cases would go somewhere else. 1 would stay there and be treated otherwise.",
    elsewhere=MOVED,
    otherwise=OTHERWISE,
    hidden=None,
    immediate=Notice("0 would leave Immediate.", Tone.OK),
    leaving=(),
    agree=None,
    ranges=(
        Choice("month", "The last 30 days", True),
        Choice("200", "The newest 200"),
        Choice("2000", "The newest 2,000"),
    ),
    again=(("proposal", "{}"),),
    save=Act("Save version 7", "/rules/apply", fields=(("proposal", "{}"), ("seal", "x")), main=True),
    keep=Link("Keep version 6", "/rules/r3"),
)
LEAVING = replace(
    TRY,
    immediate=Notice(
        "1 message would no longer be Immediate. Read each before you go on.",
        Tone.LATE,
        "1 would leave Immediate",
    ),
    leaving=(replace(MOVED[1], changes=("Urgency: immediate → standard",),
                     badges=(Badge("Leaves Immediate", Tone.LATE, "late"),)),),
    agree=Field("agreed", "I have read it: it may leave Immediate", kind=FieldKind.TICK),
    hidden="3 more are not shown here.",
    problems=(Problem("agreed", "1 would leave Immediate. Read them, then say that they may."),),
)  # fmt: skip
CALLS = CallsPage(
    shell("Rules"),
    "Calls of “Housing repairs”",
    Link("Rule “Housing repairs”", "/rules/r3"),
    (
        CallRow("Housing repairs", Link("WX-7K4M-2P", "/cases/WX-7K4M-2P"), "hooks.homes.example",
                at(5, 5, 9, 20), Badge("Failed", Tone.LATE, "late"), "It answered 404. Not signed.",
                Act("Call again", "/rules/calls/c1/again")),
        CallRow("Housing repairs", None, "hooks.homes.example", at(5, 5, 9, 14),
                Badge("Answered", Tone.OK, "tick"), "It answered 200. Signed."),
    ),
    Notice("Whoever gets them cannot tell that they are ours. Make a secret, and enter it there.", Tone.SOON,
           "No secret is made yet", (), (Act("Make a secret", "/rules/r3/secret"),)),
)  # fmt: skip
EXAMPLES: dict[str, View] = {
    "rules": LIST,
    "rules-empty": replace(LIST, rules=(), new=None, load=None),
    "rules-wrong": replace(
        LIST,
        problems=(Problem("file", "Rule “Damp”, then team: there is no team “Housin”."),),
    ),
    "rule": RULE,
    "rule-wrong": replace(RULE, form=a_form(RAW, *WRONG), problems=WRONG),
    "rule-read": READ_ONLY,
    "rule-try": TRY,
    "rule-leaving": LEAVING,
    "rule-calls": CALLS,
    "rule-secret": replace(CALLS, secret="whsec_Zk3xJ0pQ7mB2vN9cL5tR8yW1aD4fG6hK0sE2uI7oP3q"),
    "rule-calls-none": replace(CALLS, rows=(), signing=None),
    "rule-none": replace(TRY, count="0 cases would go somewhere else.", elsewhere=(), otherwise=()),
}

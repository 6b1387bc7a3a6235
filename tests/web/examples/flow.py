"""Sending and set aside: unknown with its evidence, failed, on the way; not readable, machines, spam."""

from dataclasses import replace

from inbox.web.rendering import View
from inbox.web.views.parts import Act, Badge, Link, Notice, Tab, Tone
from inbox.web.views.sending import DeliveryGroup, DeliveryRow, SendingPage
from inbox.web.views.set_aside import AsideRow, PlainTextPage, SetAsidePage
from tests.web.examples.office import NOW, at, shell

UNKNOWN = DeliveryRow(
    "d7",
    "Reply to Imran Sadiq",
    "WX-9D2H-4T",
    "/cases/WX-9D2H-4T",
    "Email",
    "email",
    at(6, 2, 17, 40),
    Badge("Not known", Tone.SOON, "question"),
    "We do not know if this was sent. Check the Sent folder, then choose.",
    (
        "The mail server took the whole message at 17:40 and then went silent.",
        "No copy is in the Sent folder yet.",
        "Nothing came back.",
    ),
    (
        Act("It was sent", "/sending/d7/settle", None, (("outcome", "sent"),)),
        Act("It was not: send it again", "/sending/d7/settle", None, (("outcome", "not_sent"),)),
    ),
)
FAILED = replace(
    UNKNOWN,
    id="d4",
    title="Reply to Donna Fretwell",
    reference="WX-5B2K-8N",
    state=Badge("Not delivered", Tone.LATE, "late"),
    words="Mailbox full.",
    evidence=("The other server said so at 11:41.",),
    acts=(Act("Try again", "/sending/d4/retry"),),
)
LEAVING = replace(
    UNKNOWN,
    id="d5",
    title="Reply to Nia Cole",
    reference="WX-6P3X-5H",
    state=Badge("Leaves 10:46", Tone.CALM, "clock"),
    words="Approved by Rowan Ashby.",
    evidence=(),
    acts=(Act("Stop sending", "/sending/d5/stop"),),
)
TABS = (
    Tab("Now", "/sending", True),
    Tab("Sent", "/sending?state=sent"),
    Tab("Stopped", "/sending?state=stopped"),
)
SENDING = SendingPage(
    shell("Sending"),
    TABS,
    (
        DeliveryGroup(
            "Needs you: perhaps sent", "Nobody knows yet. No machine sends these again.", (UNKNOWN,)
        ),
        DeliveryGroup("Not delivered", "These came back or were refused.", (FAILED,)),
        DeliveryGroup("On the way", "You can stop these until they leave.", (LEAVING,)),
    ),
    NOW,
    "Nothing is leaving. Replies show here for 60 seconds before they go.",
)

ASIDE_TABS = (
    Tab("Could not be read", "/set-aside", True, 1),
    Tab("Machine mail", "/set-aside?kind=machine", count=4),
    Tab("Spam", "/set-aside?kind=spam", count=1),
)
QUARANTINED = AsideRow(
    "a31",
    "PIP letter (no subject could be read)",
    "From derek.sallow@example.net, as far as we can tell",
    at(6, 3, 7, 12),
    "Email",
    "email",
    "We could not read this message: it has more parts inside parts than we open. The original is safe. "
    "Tried 3 times.",
    (Badge("Could not be read", Tone.GUARD, "lock"),),
    (Link("Show plain text", "/set-aside/a31"), Link("Original, as it came", "/set-aside/a31/raw")),
    (Act("Try again", "/set-aside/a31/retry"),),
)
ASIDE = SetAsidePage(
    shell("Set aside"),
    ASIDE_TABS,
    "Messages that we could not read or match. Nothing here is lost.",
    (QUARANTINED,),
    NOW,
    "Nothing is set aside.",
)
MACHINE = replace(
    QUARANTINED,
    id="a40",
    title="Automatic reply: Your enquiry MV-2041",
    sender="From planning@council.example.org",
    why="An out-of-office reply. It stops no clock.",
    badges=(Badge("Automatic reply", Tone.CALM),),
    links=(Link("Open the case it answers", "/cases/WX-6P3X-5H"),),
    acts=(Act("A person wrote this: open a case", "/set-aside/a40/retry", None, (("as", "person"),)),),
)

EXAMPLES: dict[str, View] = {
    "sending": SENDING,
    "sending-empty": replace(SENDING, groups=()),
    "sending-many": replace(SENDING, more=Link("Show earlier", "/sending?after=0197")),
    "set-aside": ASIDE,
    "set-aside-machine": replace(
        ASIDE,
        rows=(MACHINE,),
        hint="Mail that a machine wrote. It gets no reply.",
        more=Link("Show earlier", "/set-aside?after=0197"),
    ),
    "set-aside-empty": replace(ASIDE, rows=()),
    "set-aside-plain": PlainTextPage(
        shell("Set aside"),
        replace(QUARANTINED, links=QUARANTINED.links[1:]),
        Notice("This is all that we could read. Open the original only if you expect it.", Tone.SOON),
        "PIP mandatory reconsideration refused. Please find letter attached.",
        Link("Set aside", "/set-aside"),
    ),
}

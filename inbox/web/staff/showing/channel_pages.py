"""Channels as the pages show them: health, mode, settings without secrets, the fields to add one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from connectors.guides import Step
from connectors.keys import Key
from inbox import channel_consent, channel_settings, channels
from inbox.channel_figures import Figures
from inbox.models import Channel, ChannelBudget, ChannelHealth, ChannelMode, Event, EventKind
from inbox.settings import Settings
from inbox.silence import Silence
from inbox.web.staff.showing import history_words, redirecting
from inbox.web.staff.showing import words as say
from inbox.web.views.channels import ChannelRow, Guide, GuideStep
from inbox.web.views.parts import Badge, Choice, Field, FieldKind, Group, Line, Link, Notice, Tone

WEB = "web"
KINDS = {
    "email": "Mailbox (IMAP and SMTP)",
    "microsoft365": "Microsoft 365 mailbox",
    "web": "Form on the web",
    "post": "Letters by post",
    "phone": "Phone calls",
    "surgery": "Surgeries and visits",
    "outreach": "Doors and stalls",
    "facebook": "Facebook Page",
    "x": "X account",
    "feed": "Feed (RSS or Atom)",
    "open311": "Street faults that others report to you (Open311)",
    "open311_council": "A council that takes street faults (Open311)",
}
OPEN = "Open: staff write down what was said"
OPEN_FORM = "Open: anybody can write by it"
ENDS_SOON = timedelta(days=14)
MODES = {
    ChannelMode.FULL: "Collects and sends",
    ChannelMode.LISTEN: "Listens only",
    ChannelMode.REDIRECT: "Sends people elsewhere",
    ChannelMode.OFF: "Off",
}
EFFECTS: Mapping[ChannelMode, tuple[str, tuple[str, ...]]] = {
    ChannelMode.FULL: ("Open", ("It collects messages, and what the office writes leaves by it.",
                               "New messages are acknowledged.")),
    ChannelMode.LISTEN: ("Stop sending by", ("Messages still come in.", "Nothing leaves by it.")),
    ChannelMode.REDIRECT: ("Send people elsewhere from", ()),
    ChannelMode.OFF: ("Switch off", ("Nothing comes in and nothing leaves.",
                                     "What people write stays where they wrote it.")),
}  # fmt: skip
_STATES = {
    ChannelHealth.OK: Badge("Working", Tone.OK, "tick"),
    ChannelHealth.WAITING: Badge("Not tried yet", Tone.CALM, "clock"),
    ChannelHealth.FAILING: Badge("Not reached", Tone.LATE, "late"),
    ChannelHealth.NEEDS_ATTENTION: Badge("Needs you", Tone.SOON, "soon"),
    ChannelHealth.OFF: Badge("Off", Tone.CALM, "paused"),
}


def effects(channel: Channel, mode: ChannelMode) -> tuple[str, tuple[str, ...]]:
    """What the button is called that switches it, and what that does."""
    verb, told = EFFECTS[mode]
    return verb, redirecting.effects(channel.kind) if mode is ChannelMode.REDIRECT else told


def row(channel: Channel, figures: Figures, now: datetime, zone: ZoneInfo) -> ChannelRow:
    """One channel with its state."""
    mode = mode_of(channel)
    if channel.mode_reason:
        mode += f": {channel.mode_reason}"
    if channel.mode_until:
        until = channel.mode_until.astimezone(zone)
        mode += f", until {until.day} {until:%B %Y}"
    word, icon = say.channel(channel.kind)
    state = _STATES[channels.health(channel, now)]
    if channel.mode == ChannelMode.LISTEN and state.tone is Tone.OK:
        state = Badge("Working, listens only", Tone.CALM, "tick")
    local = partial(_local, zone=zone)
    return ChannelRow(
        channel.name, f"/channels/{channel.id}", word, icon, state, mode,
        local(channel.last_in_at), local(channel.last_out_at), figures.failed, cost(figures),
        _notice(channel, figures, now, zone), local(figures.waiting_since), local(channel.signed_in_until),
    )  # fmt: skip


def mode_of(channel: Channel) -> str:
    """What the channel may do, in words; what people write down for it is neither collected nor sent."""
    if channel.mode == ChannelMode.FULL and channels.is_by_hand(channel):
        return _open(channel)
    return MODES[ChannelMode(channel.mode)]


def _open(channel: Channel) -> str:
    return OPEN_FORM if channel.kind == WEB else OPEN


_CALLED = {
    "microsoft365": "Webhook address: the program tells it to Microsoft",
    "open311": "Open311 address: give it to the other side",
}


def cost(figures: Figures) -> str:
    """Money in words; "" where nothing was ever charged."""
    if not figures.spent_this_month and figures.cap is None:
        return ""
    of_cap = f" of ${figures.cap:.2f}" if figures.cap is not None else ""
    return f"${figures.spent_today:.2f}{of_cap} today, ${figures.spent_this_month:.2f} this month"


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if moment else None


def facts(channel: Channel, webhook: str | None) -> tuple[tuple[str, str], ...]:
    """Its settings in words; a secret is named and never shown. `webhook`: what to give the platform."""
    keys = channels.kinds().get(channel.kind, {})
    known = [(keys[name].words if name in keys else name, value) for name, value in channel.settings.items()]
    sealed = [(key.words, "Kept encrypted") for key in keys.values() if key.secret and channel.sealed]
    called = (
        [(_CALLED.get(channel.kind, "Webhook address: copy it to the platform"), webhook)] if webhook else []
    )
    return (("Account", channel.account), *known, *called, *sealed[:1])


def allowance(budgets: Sequence[ChannelBudget], zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """What the platform still lets us ask, in words; nothing where it has told no limit lately."""
    told = [
        f"{one.name.replace('_', ' ')}: {one.remaining or 'none'} until {end.astimezone(zone):%H:%M}"
        for one in budgets
        if (end := one.resets_at) is not None
    ]
    return (("The platform still allows", "; ".join(told)),) if told else ()


def log(
    channel: Channel, figures: Figures, events: Sequence[Event], now: datetime, zone: ZoneInfo
) -> tuple[Line, ...]:
    """What failed, and what happened to it: newest first."""
    found = []
    if figures.unknown:
        words = f"Nobody knows whether these arrived: {figures.unknown}. Look under Sending."
        found.append(Line(now.astimezone(zone), words))
    if figures.failed:
        words = f"Failed or came back in the last 7 days: {figures.failed}. Look under Sending."
        found.append(Line(now.astimezone(zone), words))
    if channel.failing_since is not None:
        why = channels.trouble(channel) or "It did not answer."
        words = f"{why} Tried {channel.failures} times. Nothing was lost."
        found.append(Line(channel.failing_since.astimezone(zone), words))
    happened = [
        Line(one.at.astimezone(zone), _happened(one), history_words.who(one) or None) for one in events
    ]
    return (*found, *happened)


def _happened(event: Event) -> str:
    told = {name: str(value) for name, value in event.detail.items() if value}
    if event.kind == EventKind.CHANNEL_NOTICE:
        return say.sentence(told.get("notice", "it needed attention"))
    if event.kind == EventKind.CHANNEL_ADDED:
        return "It was added."
    if event.kind == EventKind.CHANNEL_RIGHTS_CHANGED:
        return "Who may do what on it was changed."
    if told.get("after") == channel_settings.NOT_KEPT:
        return f"A change was tried and not kept: {told.get('field', 'nothing was changed')}."
    if told.get("after") not in set(ChannelMode):
        return "Its settings were changed."
    why = f": {told['reason']}" if "reason" in told else ""
    return f"Now “{MODES[ChannelMode(told['after'])]}”{why}"


def modes(channel: Channel) -> Group:
    """The form that switches it."""
    details = {
        ChannelMode.LISTEN: "Collects messages, sends nothing",
        ChannelMode.REDIRECT: "Says where to go instead, where it can; the next page says to whom",
        ChannelMode.OFF: "Collects nothing, sends nothing",
    }
    offered = (ChannelMode.FULL, ChannelMode.LISTEN, ChannelMode.REDIRECT, ChannelMode.OFF)
    full = _open(channel) if channels.is_by_hand(channel) else MODES[ChannelMode.FULL]
    words = {**MODES, ChannelMode.FULL: full}
    choices = tuple(Choice(str(one), words[one], channel.mode == one, details.get(one)) for one in offered)
    return Group(
        "What it may do",
        (
            Field("mode", "Mode", kind=FieldKind.RADIOS, choices=choices),
            Field("reason", "Reason", hint="Others will read it", optional=True),
            Field("until", "Until", kind=FieldKind.DATE, optional=True),
            Field(
                "words",
                "What people are answered",
                channel.redirect_words or "",
                kind=FieldKind.AREA,
                hint="Only when people shall go elsewhere: say where",
                optional=True,
            ),
        ),
    )


def kinds(known: Mapping[str, object]) -> tuple[Link, ...]:
    return tuple(Link(KINDS.get(kind, say.sentence(kind)), f"/channels/add?kind={kind}") for kind in known)


def guide_before(kind: str, settings: Settings) -> Guide | None:
    """What is done at the platform before our form is filled in."""
    found = channels.guide(kind, {"redirect": channel_consent.redirect_url(settings)})
    return _guide("First, at the platform", found.before, found.costs) if found else None


def guide(channel: Channel, settings: Settings) -> Guide | None:
    """What is still to do once the channel exists."""
    addresses = {"redirect": channel_consent.redirect_url(settings), "account": channel.account}
    if webhook := channels.webhook_url(channel, settings):
        addresses["webhook"] = webhook
    found = channels.guide(channel.kind, addresses)
    return _guide("How it is connected", found.after, found.costs) if found else None


def _guide(heading: str, steps: Iterable[Step], costs: str) -> Guide:
    return Guide(heading, tuple(GuideStep(step.words, step.copy) for step in steps), costs)


def fields(
    kind: str, keys: Mapping[str, Key], given: Mapping[str, str], ours: Mapping[str, str]
) -> tuple[Group, ...]:
    """The fields of a kind: those it must have, then the others. `ours`: what the installation has already.

    What a sign-in fills need not be typed.
    """
    name = Field("name", "Name", given.get("name", ""), hint="What colleagues will see")
    consent = channels.signs_in(kind)
    filled = set(ours) | (set(consent.fills) if consent else set())
    needed = tuple(_field(key, given) for key in keys.values() if key.required and key.name not in filled)
    others = tuple(
        _field(replace(key, required=False), given)
        for key in keys.values()
        if not key.required or key.name in filled
    )
    hint = "Sign in on the next page and these are filled in where they can be." if consent else ""
    more = (Group("If it differs", others, hint),) if others else ()
    return (Group("What it needs", (name, *needed)), *more)


def change_fields(channel: Channel, given: Mapping[str, str]) -> tuple[Group, ...]:
    """The fields that change it in place. A secret that is there may stay empty."""
    keys = channel_settings.changeable(channel).values()
    plain = tuple(_field(key, given) for key in keys if not key.secret)
    hint = (
        "Kept encrypted; never shown. Leave it empty to keep the one we have, where the server stays the same"
    )
    secrets = tuple(replace(_field(key, {}), hint=hint, optional=True) for key in keys if key.secret)
    anyway = Field("anyway", "Keep it though the test fails", "yes", FieldKind.TICK)
    groups = (Group("Secrets", secrets), Group("Settings", plain), Group("The test", (anyway,)))
    return tuple(group for group in groups if group.fields)


def _field(key: Key, given: Mapping[str, str]) -> Field:
    value = given.get(key.name, key.default or "")
    label = key.words[:1].upper() + key.words[1:]
    if key.secret:
        return Field(
            key.name,
            label,
            "",
            FieldKind.PASSWORD,
            "Kept encrypted; never shown again",
            optional=not key.required,
        )
    if key.choices:
        choices = tuple(Choice(one, one, one == value) for one in key.choices)
        return Field(key.name, label, value, FieldKind.SELECT, "", choices)
    return Field(key.name, label, value, optional=not key.required)


def _notice(channel: Channel, figures: Figures, now: datetime, zone: ZoneInfo) -> Notice | None:
    if channel.awaits_sign_in:
        sign_in = Link("Sign in to the account", f"/channels/{channel.id}/sign-in")
        return Notice("Nothing comes in before that.", Tone.SOON, "Nobody has signed in yet", (sign_in,))
    if not (channel.needs_attention or channel.sending_trouble):
        return _ending(channel, now, zone) or _silent(channel, figures.silence, zone)
    words = channels.trouble(channel) or "Its server refused our password."
    return Notice(words, Tone.SOON, f"{channel.name} needs you", (Link("Look", f"/channels/{channel.id}"),))


def _silent(channel: Channel, silence: Silence | None, zone: ZoneInfo) -> Notice | None:
    """Nothing came in for far longer than usual."""
    if silence is None:
        return None
    since, usual = silence.since.astimezone(zone), round(silence.usual.total_seconds() / 3600) or 1
    words = (
        f"Nothing has come in since {since.day} {since:%B, %H:%M}; before, it was never more than {usual} "
        "hours. Write to it yourself and see whether it comes."
    )
    return Notice(words, Tone.SOON, f"{channel.name} has gone quiet")


def _ending(channel: Channel, now: datetime, zone: ZoneInfo) -> Notice | None:
    """A sign-in that runs out soon."""
    ends = channel.signed_in_until
    if ends is None or ends - now > ENDS_SOON:
        return None
    day = ends.astimezone(zone)
    words = f"Its sign-in ends on {day.day} {day:%B %Y}. After that nothing comes in and nothing leaves."
    sign_in = Link("Sign in to the account", f"/channels/{channel.id}/sign-in")
    return Notice(words, Tone.SOON, f"{channel.name}: sign in again", (sign_in,))

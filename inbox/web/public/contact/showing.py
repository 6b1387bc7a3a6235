"""The form's pages as they are shown: what was typed, what is wrong with it, in the words of the public."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from inbox.form_sessions import Receipt, Visit
from inbox.starting_words import help_line
from inbox.web.public.contact import answers as fields
from inbox.web.public.contact.answers import Wrong
from inbox.web.public.contact.place import Place
from inbox.web.public.contact.sending import hear_by
from inbox.web.public.showing import what_to_do_now
from inbox.web.views.contact import (
    Answer,
    CheckPage,
    ElsewherePage,
    EmbeddedPage,
    FileLine,
    MessagePage,
    Patience,
    PostcodePage,
    ReachPage,
    SentPage,
    YouPage,
)
from inbox.web.views.parts import Choice, Problem

Simple = PostcodePage | YouPage | ReachPage
Files = Sequence[tuple[str, str, int]]
"""Chosen files: id, name, bytes."""


def problems(place: Place, wrong: Sequence[Wrong]) -> tuple[Problem, ...]:
    return tuple(Problem(one.field, _why(place, one)) for one in wrong)


def _why(place: Place, wrong: Wrong) -> str:
    why = place.say(wrong.words)
    return place.say("form_wrong_file", name=wrong.about, why=why) if wrong.about else why


def choices(place: Place, field: str, values: Sequence[str], chosen: str | None) -> tuple[Choice, ...]:
    """Radio buttons: each value with its words."""
    return tuple(Choice(one, place.say(f"form_{field}_{one}"), one == chosen) for one in values)


def postcode(
    place: Place, given: Mapping[str, str], wrong: Sequence[Wrong], note: str | None
) -> PostcodePage:
    who = place.office.member
    hint = place.say("form_postcode_mp", member=who) if who else place.say("form_postcode_office")
    return PostcodePage(
        place.shell(), place.url(), hint, given.get("postcode", ""),
        problems(place, wrong), note,
    )  # fmt: skip


def elsewhere(place: Place, chosen: str | None, wrong: Sequence[Wrong] = ()) -> ElsewherePage:
    return ElsewherePage(
        place.shell(), place.url("no-postcode"),
        choices(place, "elsewhere", fields.ELSEWHERE, chosen), problems(place, wrong),
    )  # fmt: skip


def message(place: Place, given: Mapping[str, str], files: Files, wrong: Sequence[Wrong] = ()) -> MessagePage:
    return MessagePage(
        place.shell(), place.url("message"), given.get("message", ""),
        choices(place, "soon", fields.SOON, given.get("soon")),
        tuple(FileLine(name, _size(size), key) for key, name, size in files), problems(place, wrong),
    )  # fmt: skip


def you(place: Place, given: Mapping[str, str], wrong: Sequence[Wrong] = ()) -> YouPage:
    return YouPage(
        place.shell(), place.url("you"), given.get("name", ""),
        given.get("address", ""), problems(place, wrong),
    )  # fmt: skip


def how_to_reach(place: Place, given: Mapping[str, str], wrong: Sequence[Wrong] = ()) -> ReachPage:
    return ReachPage(
        place.shell(), place.url("reach"),
        choices(place, "reply_by", fields.REPLY_BY, given.get("reply_by")), given.get("email", ""),
        given.get("phone", ""), choices(place, "voicemail", fields.YES_NO, given.get("voicemail")),
        given.get("when", ""), problems(place, wrong),
        given.get("address", "") if given.get("reply_by") == "post" else None,
    )  # fmt: skip


def check(
    place: Place, visit: Visit, files: Files, wrong: Sequence[Wrong] = (), patience: Patience | None = None,
    share: str | None = None,
) -> CheckPage:  # fmt: skip
    return CheckPage(
        place.shell(), place.url("check"), _summary(place, visit.answers, files),
        choices(place, "share", fields.YES_NO, share or visit.answers.get("share")),
        place.say("form_privacy", office=place.office.name), problems(place, wrong), patience,
    )  # fmt: skip


def embedded(
    place: Place, key: str, ticket: str, given: Mapping[str, str], wrong: Sequence[Wrong],
    patience: Patience | None,
) -> EmbeddedPage:  # fmt: skip
    """The whole form on one page; `key` and `ticket` stand for the cookie that a frame has not got."""
    who = place.office.member
    return EmbeddedPage(
        replace(place.shell(), framed=True), place.url("embed"), key, ticket,
        place.say("form_postcode_mp", member=who) if who else place.say("form_postcode_office"),
        {name: given.get(name, "") for name in fields.LONGEST},
        choices(place, "elsewhere", fields.ELSEWHERE, given.get("elsewhere")),
        choices(place, "soon", fields.SOON, given.get("soon")),
        choices(place, "reply_by", fields.REPLY_BY, given.get("reply_by")),
        choices(place, "voicemail", fields.YES_NO, given.get("voicemail")),
        choices(place, "share", fields.YES_NO, given.get("share")),
        place.say("form_privacy", office=place.office.name), problems(place, wrong), patience,
    )  # fmt: skip


def sent_in_frame(place: Place, receipt: Receipt) -> SentPage:
    return replace(sent(place, receipt), shell=replace(place.shell(), framed=True))


def link_of(place: Place, receipt: Receipt) -> str:
    """The whole address of the status link, or "" where there is none."""
    welsh = "/cy" if place.language == "cy" else ""
    return f"{place.wiring.settings.base_url.rstrip('/')}{welsh}/s/{receipt.link}" if receipt.link else ""


def sent(place: Place, receipt: Receipt) -> SentPage:
    """The page after the button. The link stands here and in no mail to an address that is not proved."""
    helps = (
        place.say("form_help_999"), help_line(place.office.nation, place.language),
        place.say("form_help_samaritans"), place.say(f"form_help_abuse_{place.office.nation}"),
    )  # fmt: skip
    return SentPage(
        place.shell(), receipt.reference, hear_by(place, receipt.sent_at), link_of(place, receipt),
        receipt.by_email, place.office.phone, helps, place.office.address, receipt.opens_with,
        what_to_do_now(place.office.nation, place.office.phone, place.language) if receipt.is_soon else (),
    )  # fmt: skip


def _summary(place: Place, given: Mapping[str, str], files: Files) -> tuple[Answer, ...]:
    """Everything that will be sent and what was left empty, with the way back to each."""
    lines = [
        ("postcode", given.get("postcode") or _chosen(place, "elsewhere", given), "postcode"),
        ("message", given.get("message", ""), "message"),
        ("soon", _chosen(place, "soon", given), "message"),
        ("files", "\n".join(name for _, name, _ in files), "message"),
        ("name", given.get("name", ""), "you"),
        ("address", given.get("address", ""), "you"),
        ("reply_by", _chosen(place, "reply_by", given), "reach"),
        ("email", given.get("email", ""), "reach"),
        ("phone", given.get("phone", ""), "reach"),
        ("voicemail", _chosen(place, "voicemail", given), "reach"),
        ("when", given.get("when", ""), "reach"),
    ]
    return tuple(Answer(place.say(f"form_{name}_label"), value, page) for name, value, page in lines)


def _chosen(place: Place, field: str, given: Mapping[str, str]) -> str:
    value = given.get(field, "")
    return place.say(f"form_{field}_{value}") if value else ""


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(1, size // 1000)} kB"

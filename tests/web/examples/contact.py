"""The public form, page by page, in both languages, with what can be wrong."""

from dataclasses import replace
from datetime import date

from inbox.web.public.contact import answers
from inbox.web.public.showing import what_to_do_now
from inbox.web.rendering import View
from inbox.web.views import contact
from inbox.web.views.parts import Choice, Problem, PublicShell
from inbox.web.words import translate

OFFICES = {"en": "Rowan Ashby MP", "cy": "Dilys Probert AS"}
MESSAGE = (
    "im at my wits end. black mould all over the kids room since october, marl homes came twice and did "
    "nothing.\n\nthe youngest is on two inhalers now"
)
ADDRESS = "14 Quarry Road\nWexcombe"
LINK = "http://127.0.0.1:8000/s/" + "Ab3dEf6hIjKlMnOpQrStUvWxYz0123456789-_Ab3dE"


def _pages(language: str) -> dict[str, View]:
    def say(key: str, **values: object) -> str:
        return translate(key, language, **values)

    def choices(field: str, values: tuple[str, ...], chosen: str = "") -> tuple[Choice, ...]:
        return tuple(Choice(one, say(f"form_{field}_{one}"), one == chosen) for one in values)

    def wrong(field: str, key: str) -> tuple[Problem, ...]:
        return (Problem(field, say(key)),)

    home = ("/cy" if language == "cy" else "") + "/contact/rowan-ashby-mp"
    other = home.removeprefix("/cy") if language == "cy" else "/cy" + home
    shell = PublicShell(language, OFFICES[language], other, "https://rowanashby.example/privacy")
    framed, empty = replace(shell, framed=True), dict.fromkeys(answers.LONGEST, "")
    hint = say("form_postcode_mp", member="Rowan Ashby")
    privacy = say("form_privacy", office=shell.office)
    lines = tuple(
        contact.Answer(say(f"form_{name}_label"), value, step)
        for name, value, step in (
            ("postcode", "ZZ10 4AB", "postcode"),
            ("message", MESSAGE, "message"),
            ("soon", say("form_soon_weeks"), "message"),
            ("files", "mould in the bedroom, by the window.jpg\nletter from marl homes.pdf", "message"),
            ("name", "Donna Fretwell", "you"),
            ("address", ADDRESS, "you"),
            ("reply_by", say("form_reply_by_email"), "reach"),
            ("email", "donna.fretwell.wexcombe.1985@example.org", "reach"),
            ("phone", "", "reach"),
            ("voicemail", "", "reach"),
        )
    )
    files = (contact.FileLine("mould in the bedroom, by the window.jpg", "3.2 MB", "1" * 32),
             contact.FileLine("letter from marl homes.pdf", "84 kB", "2" * 32))  # fmt: skip
    patience = contact.Patience(say("form_wait", seconds=20), "dGlja2V0", 20, 16)
    soon, share = choices("soon", answers.SOON, "weeks"), choices("share", answers.YES_NO)
    reply, voice = choices("reply_by", answers.REPLY_BY, "email"), choices("voicemail", answers.YES_NO, "no")
    reasons = choices("elsewhere", answers.ELSEWHERE)
    helps = tuple(say(f"form_help_{one}") for one in ("999", "samaritans", "abuse_wales"))
    return {
        "postcode": contact.PostcodePage(shell, home, hint, ""),
        "postcode-wrong": contact.PostcodePage(
            shell, home, hint, "ZZ1", wrong("postcode", "form_wrong_postcode_unreal")
        ),
        "postcode-again": contact.PostcodePage(
            shell, home, hint, "", (), say("form_time_over")
        ),
        "elsewhere": contact.ElsewherePage(shell, f"{home}/no-postcode", reasons),
        "elsewhere-wrong": contact.ElsewherePage(
            shell, f"{home}/no-postcode", reasons, wrong("elsewhere", "form_wrong_elsewhere")
        ),
        "not-ours": contact.NotOursPage(
            shell, say("form_not_ours", us="Rowan Ashby"),
            say("form_their_mp", member="Imogen Stride", constituency="Tern Vale"), f"{home}/message", home,
        ),
        "message": contact.MessagePage(shell, f"{home}/message", MESSAGE, soon, files),
        "message-wrong": contact.MessagePage(
            shell, f"{home}/message", "", soon, files,
            (*wrong("message", "write_message"), *wrong("files", "form_wrong_files_large")),
        ),
        "you": contact.YouPage(shell, f"{home}/you", "Donna Fretwell", ADDRESS),
        "you-wrong": contact.YouPage(
            shell, f"{home}/you", "", "",
            (*wrong("name", "form_wrong_name"), *wrong("address", "form_wrong_address")),
        ),
        "reach": contact.ReachPage(shell, f"{home}/reach", reply, "", "", voice, ""),
        "reach-wrong": contact.ReachPage(
            shell, f"{home}/reach", choices("reply_by", answers.REPLY_BY), "donna@", "x",
            voice, "",
            (*wrong("reply_by", "form_wrong_reply_by"), *wrong("email", "form_wrong_email"),
             *wrong("phone", "form_wrong_phone")),
        ),
        "reach-letter": contact.ReachPage(
            shell, f"{home}/reach", choices("reply_by", answers.REPLY_BY, "post"), "", "", voice, "",
            wrong("address", "form_wrong_address"), "",
        ),
        "check": contact.CheckPage(shell, f"{home}/check", lines, share, privacy),
        "check-wrong": contact.CheckPage(
            shell, f"{home}/check", lines, share, privacy, wrong("share", "form_wrong_share")
        ),
        "check-wait": contact.CheckPage(
            shell, f"{home}/check", lines, share, privacy, (), patience
        ),
        "embed": contact.EmbeddedPage(
            framed, f"{home}/embed", "A" * 43, "dGlja2V0", hint, empty, reasons, soon, reply, voice, share,
            privacy,
        ),
        "embed-wrong": contact.EmbeddedPage(
            framed, f"{home}/embed", "A" * 43, "dGlja2V0", hint,
            empty | {"elsewhere": "homeless", "message": MESSAGE}, reasons, soon, reply,
            voice, share, privacy, (*wrong("name", "form_wrong_name"), *wrong("share", "form_wrong_share")),
        ),
        "sent": contact.SentPage(
            shell, "WX-7K4M-2P", date(2026, 6, 9), LINK, True, "01632 960180", helps
        ),
        "sent-urgent": contact.SentPage(
            shell, "WX-7K4M-2P", date(2026, 6, 9), LINK, True, "01632 960180", helps, ADDRESS, "postcode",
            what_to_do_now("wales", "01632 960180", language),
        ),
        "confirm": contact.ConfirmPage(shell, f"{home}/confirm/{'A' * 43}"),
        "closed": contact.PlainPage(
            shell, say("form_closed_title"), (say("form_closed"), say("form_write_us", address=ADDRESS))
        ),
    }  # fmt: skip


EXAMPLES: dict[str, View] = {
    f"contact-{name}-{language}": view for language in ("en", "cy") for name, view in _pages(language).items()
}

"""Comments and visitors' posts: what was said in public, and how it was edited, hidden or taken back."""

from datetime import datetime
from typing import Any

from connectors.contract import (
    NOT_TOLD,
    Change,
    ChangeAction,
    Echo,
    Form,
    Handle,
    InboundMessage,
    News,
    Nothing,
    RawArrival,
    RemoteFile,
    Unreadable,
)
from connectors.facebook.arrivals import KIND, POST_ITEMS, comment_id, last, moment_of
from connectors.facebook.shapes import content_key, file_of, listed, number_of, person_of, words_of

Value = dict[str, Any]
NO_WORDS = "[no words]"
_ACTIONS = {
    "edited": ChangeAction.EDITED, "remove": ChangeAction.DELETED, "hide": ChangeAction.HIDDEN,
    "unhide": ChangeAction.SHOWN,
}  # fmt: skip
_IRRELEVANT = frozenset({"reaction", "like", "follow", "milestone"})


def read_public(arrival: RawArrival, field: str, value: Value, time: object) -> News:
    """One change of the Page's wall, or a mention of the Page elsewhere."""
    if field not in ("feed", "mention"):
        raise Unreadable("Facebook sent a change of a kind that is not known")
    if odd := [name for name in ("item", "verb", "message") if not _is_words(value.get(name))]:
        raise Unreadable(f"Facebook sent a change whose {odd[0]} is no text")
    item, verb = words_of(value.get("item")), words_of(value.get("verb")) or "add"
    if item in _IRRELEVANT:
        return Nothing(item)
    form = Form.COMMENT if words_of(value.get("comment_id")) else Form.POST
    if field == "feed" and item != "comment" and item not in POST_ITEMS:
        raise Unreadable("Facebook sent a change of a kind that is not known")
    sender = _sender(arrival, value)
    if verb == "add":
        return _added(arrival, form, value, sender)
    if verb not in _ACTIONS:
        raise Unreadable("Facebook sent a change of a kind that is not known")
    return _changed(arrival, form, value, sender, verb, moment_of(time))


def _is_words(value: object) -> bool:
    """Whether it is text, a number or nothing: anything else would be read as if it were not there."""
    return value is None or (isinstance(value, (str, int)) and not isinstance(value, bool))


def _added(arrival: RawArrival, form: Form, value: Value, sender: Handle) -> News:
    told = _message(arrival, form, value, sender)
    if sender.address != arrival.account:
        return told
    return Echo(told) if form is Form.COMMENT else Nothing("our own post")


def _changed(
    arrival: RawArrival, form: Form, value: Value, sender: Handle, verb: str, at: datetime | None
) -> News:
    """Whoever hides or removes is the actor here, not the one who said it."""
    action = _ACTIONS[verb]
    name = _name(form, value)
    if action is not ChangeAction.EDITED:
        return Change(KIND, arrival.account, name, action, at)
    if sender.address == arrival.account:
        return Nothing("edited by ourselves")
    if not words_of(value.get("message")):
        return Nothing("edited without words")
    told = _message(arrival, form, value, sender)
    return Change(KIND, arrival.account, name, action, at, told)


def _sender(arrival: RawArrival, value: Value) -> Handle:
    told = value.get("from") or {"id": value.get("sender_id"), "name": value.get("sender_name")}
    return person_of(told, arrival.external_id.split("/edited/")[0])


def _name(form: Form, value: Value) -> str:
    post = words_of(value.get("post_id"))
    return comment_id(post, number_of(value.get("comment_id"))) if form is Form.COMMENT else number_of(post)


def _message(arrival: RawArrival, form: Form, value: Value, sender: Handle) -> InboundMessage:
    name, post = _name(form, value), words_of(value.get("post_id"))
    files = _files(value)
    text = words_of(value.get("message")) or ("" if files else NO_WORDS)
    return InboundMessage(
        channel=KIND, account=arrival.account, external_id=name, sender=sender, subject=None, text=text,
        new_text=text, attachments=(), sent_at=moment_of(value.get("created_time")),
        content_key=content_key(name, text), in_reply_to=_answered(form, value, post),
        thread=f"{last(post)}/{sender.address}" if post else None, form=form, remote=files,
        link=_link(value, form, name, post), warnings=(NOT_TOLD,) if text == NO_WORDS else (),
    )  # fmt: skip


def _answered(form: Form, value: Value, post: str) -> tuple[str, ...]:
    """The comment that this one answers; a comment on the post itself answers the post."""
    if form is not Form.COMMENT:
        return ()
    parent = words_of(value.get("parent_id"))
    if not parent or last(parent) == last(post):
        return (post,) if post else ()
    return (comment_id(post, parent),)


def _files(value: Value) -> tuple[RemoteFile, ...]:
    found = [file_of(value.get("photo"), "image"), file_of(value.get("video"), "video")]
    photos = value.get("photos")
    found += [file_of(one, "image") for one in photos] if isinstance(photos, list) else []
    for one in (*listed(value.get("attachments")), *listed([value.get("attachment")])):
        media = one.get("media")
        image = media.get("image") if isinstance(media, dict) else None
        found.append(file_of(image.get("src"), "image") if isinstance(image, dict) else None)
    return tuple({one.url: one for one in found if one is not None}.values())


def _link(value: Value, form: Form, name: str, post: str) -> str | None:
    """Where Facebook shows it."""
    told = value.get("permalink_url")
    inside = value.get("post")
    told = told or (inside.get("permalink_url") if isinstance(inside, dict) and form is Form.POST else None)
    if isinstance(told, str) and told.startswith("https://"):
        return told
    if form is Form.COMMENT and post:
        return f"https://www.facebook.com/{post}?comment_id={last(name)}"
    return f"https://www.facebook.com/{post}" if post else None

"""What a post says, in either form: version 2 (polls, activity) and 1.1 (older webhooks)."""

import html
from collections.abc import Iterator
from typing import Any

from connectors.contract import (
    Change,
    ChangeAction,
    Echo,
    Form,
    Handle,
    InboundMessage,
    News,
    Nothing,
    RemoteFile,
    Unreadable,
)
from connectors.x import fields
from connectors.x.fields import Told

KIND = "x"
NOT_SUMMONED = "not-summoned"
"""The writer neither named nor quoted the account, so X takes no public answer from a program."""


def post(account: str, told: Told, beside: Told, *, is_mention: bool = False) -> News:
    """A post with what came along. `is_mention`: X itself listed it as one. Raises Unreadable."""
    post_id = fields.must_have_id(told)
    if "retweeted" in dict(references(told)) or told.get("retweeted_status"):
        return Nothing("repost")
    message = _message(account, post_id, told, beside, is_mention)
    if not (message.sender.address or message.text or message.remote):
        raise Unreadable("X sent a post without a writer and without words")
    if message.sender.address == account:
        return Echo(message)
    return message if message.external_id == post_id else _edited(message)


def deleted(account: str, post_id: str, at: Any = None) -> Change:
    """A post that is gone."""
    return Change(KIND, account, post_id, ChangeAction.DELETED, fields.moment(at))


def person(told: Told) -> Handle:
    """An account as a person: the number stays, names change."""
    name = fields.words_of(told, "name")
    username = fields.either(told, "username", "screen_name") or ""
    shown = f"{name} (@{username})" if name and username else name or username
    return Handle(shown, fields.id_of(told) or "")


def people(told: Told) -> dict[str, Handle]:
    """Everybody who came along, by number: a list, an object by number, wrapped or not."""
    found = (person(one) for one in fields.objects(told.get("users")))
    return {one.address: one for one in found if one.address}


def words(told: Told) -> str:
    """All of a post's own words, its links as they lead and not as X shortens them."""
    whole = fields.either(told, "note_tweet", "note_post", "extended_tweet") or {}
    whole = whole if isinstance(whole, dict) else {}
    text = fields.either(whole, "text", "full_text") or fields.either(told, "full_text", "text") or ""
    text = text if isinstance(text, str) else ""
    for link in (*_links(told), *_links(whole)):
        short, long = fields.words_of(link, "url"), fields.words_of(link, "expanded_url")
        if short and long:
            text = text.replace(short, "" if fields.either(link, "media_key", "media_url_https") else long)
    return html.unescape(text).strip()


def files(told: Told, beside: Told) -> tuple[RemoteFile, ...]:
    """Pictures and films of a post or message."""
    attached = told.get("attachments")
    keys = attached.get("media_keys") if isinstance(attached, dict) else None
    known = {one.get("media_key"): one for one in fields.objects(beside.get("media"))}
    listed = [known[key] for key in keys or () if key in known]
    old = [*fields.objects(_part(told, "extended_entities").get("media"))]
    return tuple(file for one in listed or old if (file := _file(one)) is not None)


def _message(account: str, post_id: str, told: Told, beside: Told, is_mention: bool) -> InboundMessage:
    text, quoted = words(told), _quoted(told, beside)
    history = fields.either(told, "edit_history_tweet_ids", "edit_history_post_ids")
    chain = [one for one in map(fields.number_words, history if isinstance(history, list) else []) if one]
    summoned = is_mention or _names(told, account) or (quoted is not None and _writer_id(quoted) == account)
    answered = dict(references(told)).get("replied_to")
    return InboundMessage(
        channel=KIND,
        account=account,
        external_id=chain[0] if chain else post_id,
        sender=_writer(told, beside),
        subject=None,
        text=f"{text}\n\n{_shown(quoted)}" if quoted else text,
        new_text=text,
        attachments=(),
        sent_at=fields.moment(fields.either(told, "created_at", "timestamp_ms")),
        content_key=f"x post {post_id}",
        in_reply_to=(answered,) if answered else (),
        warnings=() if summoned else (NOT_SUMMONED,),
        form=Form.POST,
        thread=fields.id_of(told, "conversation_id"),
        remote=files(told, beside),
        link=f"https://x.com/i/status/{post_id}",
    )


def _edited(message: InboundMessage) -> Change:
    return Change(KIND, message.account, message.external_id, ChangeAction.EDITED, message.sent_at, message)


def _writer_id(told: Told) -> str:
    return fields.id_of(told, "author_id") or fields.id_of(_part(told, "user")) or ""


def _writer(told: Told, beside: Told) -> Handle:
    writer_id = _writer_id(told)
    known = people(beside).get(writer_id) or person(_part(told, "user"))
    return known if known.address else Handle("", writer_id)


def _names(told: Told, account: str) -> bool:
    """Whether the post itself names the account."""
    named = _part(told, "entities")
    whole = fields.either(told, "note_tweet", "note_post") or {}
    more = whole.get("entities") if isinstance(whole, dict) else None
    mentions = [
        *fields.objects(named.get("mentions")),
        *fields.objects(named.get("user_mentions")),
        *fields.objects(more.get("mentions") if isinstance(more, dict) else None),
    ]
    return any(fields.id_of(one) == account for one in mentions)


def references(told: Told) -> Iterator[tuple[str, str]]:
    """What the post refers to: (replied_to, quoted or retweeted; id)."""
    for one in fields.objects(fields.either(told, "referenced_tweets", "referenced_posts")):
        if (target := fields.id_of(one)) is not None:
            yield fields.words_of(one, "type"), target
    for kind, name in (("replied_to", "in_reply_to_status_id"), ("quoted", "quoted_status_id")):
        if (target := fields.id_of(told, name)) is not None:
            yield kind, target


def _quoted(told: Told, beside: Told) -> Told | None:
    """The post that this one quotes, where X sent it along."""
    target = dict(references(told)).get("quoted")
    along = [*fields.objects(beside.get("tweets")), *fields.objects(beside.get("posts"))]
    found = next((one for one in along if target and fields.id_of(one) == target), None)
    return found or _part(told, "quoted_status") or None


def _shown(quoted: Told) -> str:
    return "\n".join(f"> {line}" for line in words(quoted).splitlines())


def _links(told: Told) -> Iterator[dict[str, Any]]:
    yield from fields.objects(_part(told, "entities").get("urls"))


def _file(told: Told) -> RemoteFile | None:
    """The address of a picture, else of the largest form of a film, else of its still."""
    variants = told.get("variants") or _part(told, "video_info").get("variants")
    films = [one for one in fields.objects(variants) if "mp4" in fields.words_of(one, "content_type")]
    films.sort(key=lambda one: int(fields.number_words(fields.either(one, "bit_rate", "bitrate")) or 0))
    address = fields.either(films[-1] if films else told, "url", "media_url_https", "preview_image_url")
    if not isinstance(address, str):
        address = fields.either(told, "preview_image_url")
    if not isinstance(address, str):
        return None
    name = address.partition("?")[0].rpartition("/")[2][:100] or "file"
    kind = fields.words_of(films[-1], "content_type") if films else "image/jpeg"
    return RemoteFile(address, name, kind)


def _part(told: Told, name: str) -> dict[str, Any]:
    value = told.get(name)
    return value if isinstance(value, dict) else {}

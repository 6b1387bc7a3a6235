"""Posts and messages in the words of X: two vocabularies of fields, and the older form of its webhooks."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.standins.x.state import Direct, Post, State, User, iso

LONGEST_PLAIN = 280
MENTION = re.compile(r"@(\w{1,15})")
LINK = re.compile(r"https?://[^\s]+")
NEW_NAMES = {
    "referenced_tweets": "referenced_posts", "edit_history_tweet_ids": "edit_history_post_ids",
    "note_tweet": "note_post",
}  # fmt: skip
OLD_NAMES = {new: old for old, new in NEW_NAMES.items()}
ALWAYS = frozenset({"id", "text", "edit_history_tweet_ids"})
EVERYTHING = ALWAYS | {
    "author_id", "created_at", "conversation_id", "entities", "referenced_tweets", "note_tweet",
    "attachments", "in_reply_to_user_id",
}  # fmt: skip


def speaks_new(query: Mapping[str, str], default: str) -> bool:
    """Which vocabulary a request is in: that of its parameters, else the platform's mood."""
    if "post.fields" in query or "referenced_posts" in query.get("expansions", ""):
        return True
    return default == "post" and "tweet.fields" not in query


def wanted(query: Mapping[str, str]) -> frozenset[str]:
    """The fields asked for, in the old names."""
    names = query.get("tweet.fields", query.get("post.fields", "")).split(",")
    return ALWAYS | {OLD_NAMES.get(name, name) for name in names}


def post_words(state: State, post: Post, fields: frozenset[str], *, new: bool) -> dict[str, Any]:
    """A post as version 2 tells it, cut to the fields asked for."""
    shown = html.escape(post.text, quote=False)
    whole: dict[str, Any] = {
        "id": post.id,
        "text": shown if len(shown) <= LONGEST_PLAIN else shown[: LONGEST_PLAIN - 1] + "…",
        "author_id": post.author_id,
        "created_at": iso(post.created_at),
        "conversation_id": post.conversation_id,
        "lang": "en",
        "edit_history_tweet_ids": list(post.chain),
        "entities": entities(state, shown),
    }
    if len(shown) > LONGEST_PLAIN:
        whole["note_tweet"] = {"text": shown, "entities": entities(state, shown)}
    if post.media:
        whole["attachments"] = {"media_keys": [media_key(one) for one in post.media]}
    if references := references_of(post):
        whole["referenced_tweets"] = references
    if post.answers and post.answers in state.posts:
        whole["in_reply_to_user_id"] = state.posts[post.answers].author_id
    kept = {name: value for name, value in whole.items() if name in fields and value != {}}
    return {NEW_NAMES.get(name, name) if new else name: value for name, value in kept.items()}


def references_of(post: Post) -> list[dict[str, str]]:
    pairs = (("replied_to", post.answers), ("quoted", post.quotes))
    return [{"type": kind, "id": target} for kind, target in pairs if target]


def entities(state: State, text: str) -> dict[str, Any]:
    """Who is mentioned and what is linked, with places in the text."""
    mentions = [
        {"start": found.start(), "end": found.end(), "username": user.username, "id": user.id}
        for found in MENTION.finditer(text)
        for user in state.users.values()
        if user.username.lower() == found[1].lower()
    ]
    links = [
        {"start": found.start(), "end": found.end(), "url": found[0], "expanded_url": html.unescape(found[0])}
        for found in LINK.finditer(text)
    ]
    return {name: value for name, value in (("mentions", mentions), ("urls", links)) if value}


def includes(state: State, posts: Iterable[Post], query: Mapping[str, str], *, new: bool) -> dict[str, Any]:
    """What was asked to come along: writers, pictures, the posts referred to."""
    shown, expansions = list(posts), query.get("expansions", "").split(",")
    found: dict[str, Any] = {}
    others = [
        state.posts[one["id"]]
        for post in shown
        for one in references_of(post)
        if one["id"] in state.posts and not state.posts[one["id"]].is_gone
    ]
    if "author_id" in expansions:
        writers = dict.fromkeys(post.author_id for post in (*shown, *others))
        found["users"] = [user_words(state.users[one]) for one in writers]
    if "referenced_tweets.id" in expansions or "referenced_posts" in expansions:
        name = "posts" if new else "tweets"
        found[name] = [post_words(state, one, wanted(query), new=new) for one in others]
    if "attachments.media_keys" in expansions:
        found["media"] = [media_words(state, one) for post in shown for one in post.media]
    return {name: value for name, value in found.items() if value}


def user_words(user: User) -> dict[str, Any]:
    return {"id": user.id, "name": user.name, "username": user.username}


def media_key(media_id: str) -> str:
    return f"3_{media_id}"


def media_words(state: State, media_id: str) -> dict[str, Any]:
    kind, _ = state.media[media_id]
    whole = {"media_key": media_key(media_id), "type": "photo" if kind.startswith("image/") else "video"}
    address = f"{state.url}/media/{media_id}"
    if whole["type"] == "photo":
        return {**whole, "url": address}
    return {**whole, "variants": [{"bit_rate": 632000, "content_type": kind, "url": address}]}


def direct_words(direct: Direct, fields: Iterable[str]) -> dict[str, Any]:
    """A direct message as version 2 tells it."""
    whole: dict[str, Any] = {
        "id": direct.id,
        "event_type": "MessageCreate",
        "text": html.escape(direct.text, quote=False),
        "dm_conversation_id": direct.conversation_id,
        "created_at": iso(direct.created_at),
        "sender_id": direct.sender_id,
    }
    if direct.media:
        whole["attachments"] = {"media_keys": [media_key(one) for one in direct.media]}
    kept = {"id", "event_type", "text", *fields}
    return {name: value for name, value in whole.items() if name in kept}


def old_direct(direct: Direct) -> dict[str, Any]:
    """A direct message as the webhooks tell it, in the form of version 1.1."""
    data: dict[str, Any] = {"text": html.escape(direct.text, quote=False), "entities": {"urls": []}}
    return {
        "type": "message_create",
        "id": direct.id,
        "created_timestamp": str(int(direct.created_at.timestamp() * 1000)),
        "message_create": {
            "target": {"recipient_id": direct.recipient_id},
            "sender_id": direct.sender_id,
            "message_data": data,
        },
    }


def old_post(state: State, post: Post) -> dict[str, Any]:
    """A post in the form of version 1.1: numbers with their twins in words."""
    text = html.escape(post.text, quote=False)
    writer = state.users[post.author_id]
    answered = state.posts.get(post.answers or "")
    mentions = [
        {"screen_name": one["username"], "id": int(one["id"]), "id_str": one["id"],
         "indices": [one["start"], one["end"]]}
        for one in entities(state, text).get("mentions", [])
    ]  # fmt: skip
    return {
        "created_at": post.created_at.strftime("%a %b %d %H:%M:%S +0000 %Y"),
        "id": int(post.id),
        "id_str": post.id,
        "text": text,
        "truncated": False,
        "in_reply_to_status_id": int(post.answers) if post.answers else None,
        "in_reply_to_status_id_str": post.answers,
        "in_reply_to_user_id": int(answered.author_id) if answered else None,
        "in_reply_to_user_id_str": answered.author_id if answered else None,
        "quoted_status_id_str": post.quotes,
        "user": {
            "id": int(writer.id),
            "id_str": writer.id,
            "name": writer.name,
            "screen_name": writer.username,
        },
        "entities": {"user_mentions": mentions, "urls": []},
        "timestamp_ms": str(int(post.created_at.timestamp() * 1000)),
    }


def weight(text: str) -> int:
    """How long X finds a text, by and large: links are 23, what is not of the West counts twice."""
    text = LINK.sub("x" * 23, unicodedata.normalize("NFC", text))
    leading = re.match(r"(?:@\w{1,15}\s+)+", text)
    counted = text[leading.end() :] if leading else text
    return sum(1 if ord(one) <= 4351 or 8192 <= ord(one) <= 8247 else 2 for one in counted)


def matches(query: str, post: Post, author: str) -> bool:
    """Whether a post fits the few operators of a search that an inbox uses; all words of it must."""
    named = {found.lower() for found in MENTION.findall(post.text)}
    for word in re.findall(r'"[^"]*"|\S+', query):
        kind, _, value = word.partition(":")
        tests = {
            "conversation_id": post.conversation_id == value,
            "from": author == value.lower(),
            "to": value.lower() in named,
            "is": post.answers is not None if value == "reply" else post.quotes is not None,
        }
        if word.startswith("-"):
            continue
        if value and kind in tests:
            fits = tests[kind]
        elif word.startswith("@"):
            fits = word[1:].lower() in named
        else:
            fits = word.strip('"').lower() in post.text.lower()
        if not fits:
            return False
    return True

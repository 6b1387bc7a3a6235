"""The people's side of the stand-in (JSON in, JSON out), for tests and the demo.

POST /_webhook   {"url", "verify_token"}          what one types into Facebook; asks back
POST /_say       {"from", "name"?, "text"?, "ago"?, "files"?: [{"name", "type", "mime", "base64"}]}
POST /_edit      {"mid", "text"}                  a person edits a message
POST /_by_hand   {"to", "text"}                   staff answer in Facebook's own inbox
POST /_receipt   {"person", "read"?: true}        what was sent to this person arrived, or was read
POST /_post      {"from"?, "name"?, "text", "ago"?}            a visitor's post; without `from` the Page's own
POST /_comment   {"about", "from", "name"?, "text", "ago"?}    `about`: a post or a comment
POST /_change    {"of", "verb", "text"?, "by"?}   verb: edited, remove, hide, unhide
POST /_calling   {"times"?, "is_off"?, "holds"?, "receipts"?}  how calls are made from now on
POST /_release   {"backwards"?: true}             everything held back, in one call
POST /_token     {"subcode": 460 | null}          the token dies, or lives again
POST /_usage     {"app"?, "pages"?, "minutes"?}   percent of the limits that is used
POST /_unsubscribe                                Facebook stops calling
POST /_call      {"entry": …}                     a call about anything
POST /_state                                      what there is
"""

import base64
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.standins.facebook import calling, listing
from connectors.standins.facebook.state import PAGE, Message, Thing
from connectors.standins.server import Route, Told

if TYPE_CHECKING:
    from connectors.standins.facebook.graph import FacebookStandIn

Json = dict[str, Any]


def routes(platform: "FacebookStandIn") -> list[tuple[str, str, Route]]:
    """Every act of the people's side."""
    acts = {
        "webhook": _webhook, "say": _say, "edit": _edit, "by_hand": _by_hand, "receipt": receipt,
        "post": _post, "comment": _comment, "change": change, "calling": _calling,
        "release": _release, "token": _token, "usage": _usage,
        "unsubscribe": _unsubscribe, "call": _call, "state": _state,
    }  # fmt: skip

    def route(act: Any) -> Route:
        return lambda asked: Told(act(platform, asked.json))

    return [("POST", f"/_{name}", route(act)) for name, act in acts.items()]


def add_post(
    platform: "FacebookStandIn", sender: str, text: str, at: datetime, *, name: str | None = None,
    quiet: bool = False,
) -> Thing:  # fmt: skip
    """A post on the Page's wall."""
    name = name or f"{PAGE}_{platform.state.number()}"
    made = Thing(name, sender, text, at)
    platform.state.posts[name] = made
    if not quiet:
        _tell_wall(platform, made, "add", sender)
    return made


def add_comment(
    platform: "FacebookStandIn", about: Thing, sender: str, text: str, at: datetime | None = None,
    *, name: str | None = None, quiet: bool = False,
) -> Thing:  # fmt: skip
    """A comment under a post or under another comment; replies stand two levels deep, no deeper."""
    post = about.post or about.id
    parent = about.parent or about.id if about.post else None
    name = name or f"{post.rpartition('_')[2]}_{platform.state.number()}"
    made = Thing(name, sender, text, at or platform.now(), post, parent)
    platform.state.comments[name] = made
    if not quiet:
        _tell_wall(platform, made, "add", sender)
    return made


def _webhook(platform: "FacebookStandIn", given: Json) -> Json:
    query = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={given['verify_token']}"
    status, said = platform.call(f"{given['url']}?{query}", b"", {}, method="GET")
    if status == 200 and said == b"1158201444":
        platform.state.calling.url = given["url"]
        if "fields" in given:
            platform.state.calling.fields = list(given["fields"])
    return {"status": status, "said": said.decode("utf-8", "replace")}


def _say(platform: "FacebookStandIn", given: Json) -> Json:
    person = _person(platform, given)
    at = _moment(platform, given)
    files = [_keep_file(platform, one) for one in given.get("files", ())]
    mid = given.get("id") or f"m_in{platform.state.number()}"
    message = Message(mid, person, given.get("text", ""), at, files)
    conversation = platform.state.with_person(person)
    conversation.messages.append(message)
    conversation.messages.sort(key=lambda one: one.at)
    if not given.get("quiet"):
        platform.tell(calling.private(platform.now(), calling.message_event(message, person)))
    return {"mid": message.mid}


def _edit(platform: "FacebookStandIn", given: Json) -> Json:
    conversation, message = platform.state.message(given["mid"])
    message.text, message.edits = given["text"], message.edits + 1
    event = {
        "sender": {"id": conversation.person}, "recipient": {"id": PAGE},
        "timestamp": int(platform.now().timestamp() * 1000),
        "message_edit": {"mid": message.mid, "text": message.text, "num_edit": message.edits},
    }  # fmt: skip
    platform.tell(calling.private(platform.now(), event))
    return {"edits": message.edits}


def _by_hand(platform: "FacebookStandIn", given: Json) -> Json:
    conversation = platform.state.with_person(str(given["to"]))
    message = Message(f"m_hand{platform.state.number()}", PAGE, given["text"], platform.now())
    conversation.messages.append(message)
    platform.tell(calling.private(message.at, calling.message_event(message, conversation.person)))
    return {"mid": message.mid}


def receipt(platform: "FacebookStandIn", given: Json) -> Json:
    """Everything that the Page sent to this person arrived, or was read."""
    conversation, now = platform.state.with_person(str(given["person"])), platform.now()
    mids = [one.mid for one in conversation.messages if one.sender == PAGE]
    watermark = int(now.timestamp() * 1000)
    told: Json = {"watermark": watermark} if given.get("read") else {"mids": mids, "watermark": watermark}
    event = {
        "sender": {"id": conversation.person}, "recipient": {"id": PAGE}, "timestamp": watermark,
        "read" if given.get("read") else "delivery": told,
    }  # fmt: skip
    platform.tell(calling.private(now, event))
    return {"mids": mids}


def _post(platform: "FacebookStandIn", given: Json) -> Json:
    sender = _person(platform, given) if "from" in given else PAGE
    made = add_post(
        platform, sender, given["text"], _moment(platform, given), name=given.get("id"),
        quiet=bool(given.get("quiet")),
    )  # fmt: skip
    return {"id": made.id}


def _comment(platform: "FacebookStandIn", given: Json) -> Json:
    about = platform.state.find(given["about"])
    if about is None:
        raise KeyError(given["about"])
    made = add_comment(
        platform, about, _person(platform, given), given["text"], _moment(platform, given),
        name=given.get("id"), quiet=bool(given.get("quiet")),
    )  # fmt: skip
    return {"id": made.id}


def change(platform: "FacebookStandIn", given: Json) -> Json:
    thing = platform.state.find(given["of"])
    if thing is None:
        raise KeyError(given["of"])
    verb = given["verb"]
    if verb == "edited":
        thing.text = given["text"]
    elif verb == "remove":
        platform.state.comments.pop(thing.id, None)
        platform.state.posts.pop(thing.id, None)
    else:
        thing.is_hidden = verb == "hide"
    _tell_wall(platform, thing, verb, given.get("by", thing.sender))
    return {"done": True}


def _calling(platform: "FacebookStandIn", given: Json) -> Json:
    for name, value in given.items():
        setattr(platform.state.calling, name, value)
    return {"done": True}


def _release(platform: "FacebookStandIn", given: Json) -> Json:
    backwards = bool(given.get("backwards"))
    return {"calls": calling.release(platform.state.calling, platform.call_later, backwards=backwards)}


def _token(platform: "FacebookStandIn", given: Json) -> Json:
    platform.state.token_error = given.get("subcode")
    return {"done": True}


def _usage(platform: "FacebookStandIn", given: Json) -> Json:
    platform.state.usage.update(given)
    return dict(platform.state.usage)


def _unsubscribe(platform: "FacebookStandIn", given: Json) -> Json:
    platform.state.calling.fields = []
    return {"done": True}


def _call(platform: "FacebookStandIn", given: Json) -> Json:
    platform.tell(given["entry"])
    return {"done": True}


def _state(platform: "FacebookStandIn", given: Json) -> Json:
    state = platform.state
    return {
        "conversations": {
            one.person: [listing.message_row(state, each, one.person) for each in one.messages]
            for one in state.conversations.values()
        },
        "posts": [listing.thing_row(state, one) for one in state.posts.values()],
        "comments": [listing.thing_row(state, one) for one in state.comments.values()],
        "subscribed_fields": state.calling.fields,
    }


def _tell_wall(platform: "FacebookStandIn", thing: Thing, verb: str, actor: str) -> None:
    now = platform.now()
    value = calling.thing_value(thing, verb, now, listing.who(platform.state, actor))
    platform.tell(calling.public(now, value))


def _person(platform: "FacebookStandIn", given: Json) -> str:
    person = str(given["from"])
    platform.state.people[person] = given.get("name", platform.state.people.get(person, "Somebody"))
    return person


def _moment(platform: "FacebookStandIn", given: Json) -> datetime:
    return platform.now() - timedelta(seconds=float(given.get("ago", 0)))


def _keep_file(platform: "FacebookStandIn", given: Json) -> dict[str, str]:
    """Lays a file where a link leads to it, for `seconds` if that is said."""
    name, content = f"f{platform.state.number()}", base64.b64decode(given["base64"])
    ends_at = platform.now() + timedelta(seconds=given["seconds"]) if "seconds" in given else None
    platform.state.media[name] = (given["mime"], content, ends_at)
    url = f"{platform.url}/media/{name}/{given['name']}?oe=6A1B2C3D"
    return {
        "type": given["type"],
        "mime": given["mime"],
        "name": given["name"],
        "size": str(len(content)),
        "url": url,
    }

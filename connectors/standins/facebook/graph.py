"""The Graph API of the stand-in: who may ask, what is answered, what is refused in which words."""

import json
import re
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from connectors.standins import consent
from connectors.standins.facebook import calling, control, listing
from connectors.standins.facebook.state import (
    APP,
    APP_SECRET,
    PAGE,
    PAGE_NAME,
    PAGE_TOKEN,
    USER_TOKEN,
    Conversation,
    Message,
    State,
    Thing,
    proof,
)
from connectors.standins.server import Asked, Refusal, StandIn, Told

Json = dict[str, Any]
_VERSION = r"(?:/v\d+\.\d+)?"
_DAY, _WEEK = timedelta(hours=24), timedelta(days=7)
_WINDOW = "(#10) This message is sent outside of allowed window."


class FacebookStandIn(StandIn):
    """One app, one Page. The people's side lies under `/_…`, see `control`."""

    name = "facebook"

    def __init__(self) -> None:
        super().__init__()
        self.routes = [
            ("GET", rf"{_VERSION}/debug_token", self._debug_token),
            ("GET", rf"{_VERSION}/dialog/oauth", self._dialog),
            ("GET", rf"{_VERSION}/oauth/access_token", self._exchange),
            ("GET", rf"{_VERSION}/me/accounts/?", self._accounts),
            ("GET", rf"{_VERSION}/{PAGE}/subscribed_apps/?", self._subscribed),
            ("POST", rf"{_VERSION}/{PAGE}/subscribed_apps/?", self._subscribe),
            ("GET", rf"{_VERSION}/{PAGE}/conversations/?", self._conversations),
            ("GET", rf"{_VERSION}/(t_\d+)/messages/?", self._messages),
            ("POST", rf"{_VERSION}/{PAGE}/messages/?", self._send),
            ("GET", rf"{_VERSION}/{PAGE}/(feed|visitor_posts|tagged)/?", self._wall),
            ("GET", rf"{_VERSION}/([\d_]+)/comments/?", self._comments),
            ("POST", rf"{_VERSION}/([\d_]+)/comments/?", self._comment),
            ("GET", r"/media/(\w+)/.*", self._media),
            ("GET", rf"{_VERSION}/([\d_]+)/?", self._one),
            ("POST", rf"{_VERSION}/([\d_]+)/?", self._hide),
            ("DELETE", rf"{_VERSION}/([\d_]+)/?", self._remove),
            *control.routes(self),
        ]

    def forget(self) -> None:
        self.state = State()
        self.codes: consent.Codes = {}

    def unknown(self, asked: Asked) -> Told:
        name = asked.path.strip("/")
        words = f"Unsupported {asked.method.lower()} request. Object with ID '{name}' does not exist"
        return _error(words, 100, 33)

    def answer(self, asked: Asked) -> Told | None:
        """Every answer says how much of the limits is used."""
        told = super().answer(asked)
        if told is None or asked.path.startswith("/_"):
            return told
        used = self.state.usage
        cases = [
            {"type": "pages", "call_count": used["pages"], "total_cputime": 1, "total_time": 1,
             "estimated_time_to_regain_access": used["minutes"]}
        ]  # fmt: skip
        app = {"call_count": used["app"], "total_cputime": 1, "total_time": 1}
        headers = {
            "x-app-usage": json.dumps(app), "x-business-use-case-usage": json.dumps({PAGE: cases}),
            "facebook-api-version": "v26.0", "x-fb-trace-id": "Cq3mTrace",
        }  # fmt: skip
        return Told(told.body, told.status, {**headers, **told.headers})

    def tell(self, entry: Json) -> None:
        calling.tell(self.state.calling, entry, self.call_later)

    # --- who may ask

    def _may(self, asked: Asked, *tokens: str) -> Json:
        """The request's parameters, wherever they came. Refuses what Facebook would refuse."""
        given = parameters(asked)
        bearer = re.fullmatch(r"(?:Bearer|OAuth) (.+)", asked.headers.get("authorization", ""))
        token = bearer[1] if bearer else str(given.get("access_token", ""))
        if self.state.token_error is not None:
            raise Refusal(_error("Error validating access token", 190, self.state.token_error))
        if token not in (tokens or (PAGE_TOKEN,)):
            raise Refusal(_error("Invalid OAuth access token - Cannot parse access token", 190))
        if given.get("appsecret_proof") != proof(token):
            words = "API calls from the server require an appsecret_proof argument"
            raise Refusal(_error(words, 100, kind="GraphMethodException"))
        return given

    def _debug_token(self, asked: Asked) -> Told:
        data: Json = {
            "app_id": APP, "type": "PAGE", "application": "Casework", "user_id": "5550001",
            "is_valid": self.state.token_error is None, "expires_at": 0, "scopes": self.state.scopes,
            "data_access_expires_at": int((self.now() + timedelta(days=80)).timestamp()),
        }  # fmt: skip
        return Told({"data": data})

    def _dialog(self, asked: Asked) -> Told:
        """A person's page at Facebook: one button that agrees."""
        if asked.query.get("client_id") != APP:
            return consent.refused("Invalid App ID")
        return consent.page("Facebook", asked, self.codes, self.now())

    def _exchange(self, asked: Asked) -> Told:
        given = asked.query
        if given.get("client_secret") != APP_SECRET or given.get("client_id") != APP:
            return _error("Error validating client secret.", 1)
        if "code" in given and not consent.proved(given, self.codes, self.now()):
            return _error("This authorization code has been used.", 100, 36009)
        return Told({"access_token": USER_TOKEN, "token_type": "bearer", "expires_in": 5183944})

    def _accounts(self, asked: Asked) -> Told:
        self._may(asked, USER_TOKEN, PAGE_TOKEN)
        page = {
            "access_token": PAGE_TOKEN, "id": PAGE, "name": PAGE_NAME, "category": "Politician",
            "tasks": ["MODERATE", "MESSAGING", "CREATE_CONTENT", "MANAGE", "ANALYZE", "ADVERTISE"],
        }  # fmt: skip
        return Told(listing.page_of([page], asked.query, f"{self.url}{asked.path}"))

    def _subscribed(self, asked: Asked) -> Told:
        self._may(asked)
        ours = {"id": APP, "name": "Casework", "category": "Utilities", "link": "https://example.org/",
                "subscribed_fields": self.state.calling.fields}  # fmt: skip
        return Told({"data": [ours] if self.state.calling.fields else []})

    def _subscribe(self, asked: Asked) -> Told:
        fields = self._may(asked).get("subscribed_fields", "")
        self.state.calling.fields = fields if isinstance(fields, list) else str(fields).split(",")
        self.state.calling.is_off = False
        return Told({"success": True})

    # --- private

    def _conversations(self, asked: Asked) -> Told:
        given = self._may(asked)
        chosen = [one for one in self.state.conversations.values() if one.messages]
        if given.get("user_id"):
            chosen = [one for one in chosen if one.person == str(given["user_id"])]
        chosen.sort(key=lambda one: one.messages[-1].at, reverse=True)
        rows = [listing.conversation_row(self.state, one) for one in chosen]
        return Told(listing.page_of(rows, asked.query, f"{self.url}{asked.path}"))

    def _messages(self, asked: Asked) -> Told:
        self._may(asked)
        found = self.state.conversations.get(asked.args[0].removeprefix("t_"))
        if found is None:
            return self.unknown(asked)
        rows = [listing.message_row(self.state, one, found.person) for one in reversed(found.messages)]
        return Told(listing.page_of(rows, asked.query, f"{self.url}{asked.path}"))

    def _send(self, asked: Asked) -> Told:
        given = self._may(asked)
        said, to = _object(given.get("message")), _object(given.get("recipient"))
        text = str(said.get("text", ""))
        if not text or len(text) > 2000:
            return _error("(#100) Length of param message[text] must be less than or equal to 2000", 100)
        conversation = self._target(to, given)
        message = Message(
            f"m_out{self.state.number()}", PAGE, text, self.now(), metadata=said.get("metadata", "")
        )
        conversation.messages.append(message)
        self.tell(calling.private(message.at, calling.message_event(message, conversation.person)))
        if self.state.calling.receipts:
            given_to = {"person": conversation.person}
            threading.Timer(2, control.receipt, (self, given_to)).start()
        return Told({"recipient_id": conversation.person, "message_id": message.mid})

    def _target(self, to: Json, given: Json) -> Conversation:
        if to.get("comment_id") or to.get("post_id"):
            return self._private_reply(to)
        found = self.state.conversations.get(str(to.get("id")))
        heard_at = found.heard_at(PAGE) if found else None
        if found is None or heard_at is None:
            raise Refusal(_error("(#100) No matching user found", 100, 2018001))
        age, kind = self.now() - heard_at, given.get("messaging_type", "RESPONSE")
        if kind == "MESSAGE_TAG" and given.get("tag") != "HUMAN_AGENT":
            raise Refusal(_error("(#100) Invalid message tag", 100, 2018109))
        if age > (_WEEK if kind == "MESSAGE_TAG" else _DAY):
            raise Refusal(_error(_WINDOW, 10, 2018278))
        return found

    def _private_reply(self, to: Json) -> Conversation:
        name = str(to.get("comment_id") or to.get("post_id"))
        thing = self.find_thing(name)
        if thing is None:
            raise Refusal(_error(f"(#100) Object with ID '{name}' does not exist", 100, 33))
        if thing.is_answered_privately:
            raise Refusal(_error("(#10900) Activity already replied to", 10900))
        if self.now() - thing.at > _WEEK:
            raise Refusal(_error(_WINDOW, 10, 2534022))
        thing.is_answered_privately = True
        return self.state.with_person(thing.sender)

    # --- public

    def _wall(self, asked: Asked) -> Told:
        self._may(asked)
        edge = asked.args[0]
        chosen = [
            one for one in self.state.posts.values()
            if edge == "feed" or (edge == "visitor_posts" and one.sender != PAGE)
        ]  # fmt: skip
        chosen.sort(key=lambda one: one.at, reverse=True)
        rows = [listing.thing_row(self.state, one) for one in chosen]
        return Told(listing.page_of(rows, asked.query, f"{self.url}{asked.path}"))

    def _comments(self, asked: Asked) -> Told:
        self._may(asked)
        about = self.find_thing(asked.args[0])
        if about is None:
            return self.unknown(asked)
        chosen = [one for one in self.state.comments.values() if about.id in (one.post, one.parent)]
        chosen.sort(key=lambda one: one.at, reverse="reverse" in asked.query.get("order", ""))
        rows = [listing.thing_row(self.state, one) for one in chosen]
        return Told(listing.page_of(rows, asked.query, f"{self.url}{asked.path}"))

    def _comment(self, asked: Asked) -> Told:
        given = self._may(asked)
        about = self.find_thing(asked.args[0])
        if about is None:
            return self.unknown(asked)
        text = str(given.get("message", ""))
        if not text:
            return _error("(#100) Comment text is required", 100)
        made = control.add_comment(self, about, PAGE, text)
        return Told({"id": made.id})

    def _one(self, asked: Asked) -> Told:
        self._may(asked, PAGE_TOKEN, USER_TOKEN)
        name = asked.args[0]
        if name == PAGE:
            row: Json = {"id": PAGE, "name": PAGE_NAME, "link": f"https://www.facebook.com/{PAGE}"}
            return Told(listing.only(row, asked.query.get("fields")))
        if name in self.state.people:
            first, _, rest = self.state.people[name].partition(" ")
            return Told({"first_name": first, "last_name": rest, "profile_pic": "", "id": name})
        thing = self.find_thing(name)
        return Told(listing.thing_row(self.state, thing)) if thing else self.unknown(asked)

    def _hide(self, asked: Asked) -> Told:
        given = self._may(asked)
        thing = self.state.comments.get(control.full_name(self.state, asked.args[0]))
        if thing is None:
            return self.unknown(asked)
        thing.is_hidden = str(given.get("is_hidden")).lower() == "true"
        actor = listing.who(self.state, PAGE)
        verb = "hide" if thing.is_hidden else "unhide"
        self.tell(calling.public(self.now(), calling.thing_value(thing, verb, self.now(), actor)))
        return Told({"success": True})

    def _remove(self, asked: Asked) -> Told:
        self._may(asked)
        thing = self.state.comments.pop(control.full_name(self.state, asked.args[0]), None)
        return Told({"success": True}) if thing else self.unknown(asked)

    def _media(self, asked: Asked) -> Told:
        mime, content, ends_at = self.state.media.get(asked.args[0], ("", b"", None))
        if not mime:
            return Told(b"Bad URL hash", 403)
        if ends_at is not None and self.now() >= ends_at:
            return Told(b"URL signature expired", 403)
        return Told(content, 200, {"content-type": mime})

    def find_thing(self, name: str) -> Thing | None:
        """A post or a comment, by either form of its name."""
        return self.state.posts.get(name) or self.state.comments.get(control.full_name(self.state, name))


def parameters(asked: Asked) -> Json:
    """Query and body in one: Facebook takes either, as JSON or as a form."""
    given: Json = dict(asked.query)
    if not asked.body:
        return given
    if asked.headers.get("content-type", "").startswith("application/json"):
        return {**given, **asked.json}
    return {**given, **{name: values[-1] for name, values in parse_qs(asked.body.decode(), True).items()}}


def _object(value: object) -> Json:
    found = json.loads(value) if isinstance(value, str) else value
    return found if isinstance(found, dict) else {}


def _error(message: str, code: int, subcode: int | None = None, *, kind: str = "OAuthException") -> Told:
    error: Json = {"message": message, "type": kind, "code": code, "fbtrace_id": "AxTraceOfTheStandIn"}
    if subcode is not None:
        error["error_subcode"] = subcode
    return Told({"error": error}, 400)

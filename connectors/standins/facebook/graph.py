"""The Graph API of the stand-in: who may ask, what is answered, what is refused in which words."""

import json
import re
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from connectors.standins import consent
from connectors.standins.facebook import batches, calling, control, listing, objects, wishes
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
    proof,
    short,
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
            ("POST", rf"{_VERSION}/?", self._batch),
            ("GET", rf"{_VERSION}/?", self._several),
            ("GET", rf"{_VERSION}/(?:me|{objects.USER})/accounts/?", self._accounts),
            ("GET", rf"{_VERSION}/{PAGE}/subscribed_apps/?", self._subscribed),
            ("POST", rf"{_VERSION}/{PAGE}/subscribed_apps/?", self._subscribe),
            ("DELETE", rf"{_VERSION}/{PAGE}/subscribed_apps/?", self._unsubscribe),
            ("GET", rf"{_VERSION}/{PAGE}/conversations/?", self._conversations),
            ("GET", rf"{_VERSION}/(t_\d+)/messages/?", self._messages),
            ("POST", rf"{_VERSION}/{PAGE}/messages/?", self._send),
            ("GET", rf"{_VERSION}/{PAGE}/(feed|posts|visitor_posts|tagged)/?", self._wall),
            ("POST", rf"{_VERSION}/{PAGE}/feed/?", self._publish),
            ("GET", rf"{_VERSION}/([\d_]+)/comments/?", self._comments),
            ("POST", rf"{_VERSION}/([\d_]+)/comments/?", self._comment),
            ("GET", r"/media/(\w+)/.*", self._media),
            ("GET", rf"{_VERSION}/([\w.\-$]+)/?", self._one),
            ("POST", rf"{_VERSION}/([\d_]+)/?", self._change),
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

    def malformed(self, asked: Asked, words: str) -> Told:
        return _error(f"(#100) {words}" if not words.startswith("(#") else words, 2500)

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
        return replace(told, headers={**headers, **told.headers})

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
        if max(self.state.usage["app"], self.state.usage["pages"]) >= 100:
            raise Refusal(_error("(#32) Page request limit reached", 32))
        return given

    def _batch(self, asked: Asked) -> Told:
        return batches.answer(asked, parameters(asked), self.answer)

    def _several(self, asked: Asked) -> Told:
        """Objects by their names, all or none."""
        self._may(asked, PAGE_TOKEN, USER_TOKEN)
        names = [one for one in asked.query.get("ids", "").split(",") if one]
        found = {name: self._row(name, asked) for name in names}
        gone = next((name for name, row in found.items() if row is None), None)
        if gone is not None or not found:
            return _error(f"(#803) Some of the aliases you requested do not exist: {gone}", 803)
        return Told(found)

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
        if isinstance(fields, str):
            fields = json.loads(fields) if fields.startswith("[") else fields.split(",")
        self.state.calling.fields = fields
        self.state.calling.is_off = False
        return Told({"success": True})

    def _unsubscribe(self, asked: Asked) -> Told:
        self._may(asked)
        self.state.calling.fields = []
        return Told({"success": True})

    # --- private

    def _conversations(self, asked: Asked) -> Told:
        given = self._may(asked)
        chosen = [one for one in self.state.conversations.values() if one.messages]
        if given.get("user_id"):
            chosen = [one for one in chosen if one.person == str(given["user_id"])]
        chosen.sort(key=lambda one: one.messages[-1].at, reverse=True)
        return self._page(asked, [listing.conversation_row(self.state, one) for one in chosen])

    def _page(self, asked: Asked, rows: list[Json]) -> Told:
        """A page of a list, with the edges of each that were asked for."""
        address = f"{self.url}{asked.path}"
        return Told(listing.page_of(rows, asked.query, address, lambda row, wanted: objects.widened(
            self.state, row, wanted, address)))  # fmt: skip

    def _messages(self, asked: Asked) -> Told:
        self._may(asked)
        if asked.args[0].removeprefix("t_") not in self.state.conversations:
            return self.unknown(asked)
        return self._page(asked, objects.edge_rows(self.state, asked.args[0], "messages", asked.query))

    def _send(self, asked: Asked) -> Told:
        given = self._may(asked)
        said, to = _object(given.get("message")), _object(given.get("recipient"))
        text, files = str(said.get("text", "")), self._enclosed(said)
        if given.get("sender_action"):
            return Told({"recipient_id": self._target(to, given).person})
        if not (text or files) or len(text) > 2000:
            return _error("(#100) Length of param message[text] must be less than or equal to 2000", 100)
        conversation = self._target(to, given)
        message = Message(
            f"m_out{self.state.number()}", PAGE, text, self.now(), files, metadata=said.get("metadata", "")
        )
        conversation.messages.append(message)
        self.tell(calling.private(message.at, calling.message_event(message, conversation.person)))
        if self.state.calling.receipts:
            given_to = {"person": conversation.person}
            threading.Timer(2, control.receipt, (self, given_to)).start()
        return Told({"recipient_id": conversation.person, "message_id": message.mid})

    def _enclosed(self, said: Json) -> list[dict[str, str]]:
        """A picture or file that is sent by its address: Facebook would fetch it from there."""
        enclosed = _object(said.get("attachment"))
        url = str(_object(enclosed.get("payload")).get("url", ""))
        if not enclosed:
            return []
        if not url.startswith("https://") or enclosed.get("type") not in ("image", "video", "audio", "file"):
            raise Refusal(_error("(#100) Upload attachment failure.", 100, 2018047))
        kind = str(enclosed["type"])
        return [{"type": kind, "mime": "", "name": url.rpartition("/")[2], "size": "0", "url": url}]

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
        thing = self.state.find(name)
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
            if edge in ("feed", "posts" if one.sender == PAGE else "visitor_posts")
        ]  # fmt: skip
        chosen.sort(key=lambda one: one.at, reverse=True)
        return self._page(asked, [listing.thing_row(self.state, one) for one in chosen])

    def _publish(self, asked: Asked) -> Told:
        """The Page's own post."""
        text = str(self._may(asked).get("message", ""))
        if not text:
            return _error("(#100) Missing message or attachment", 100)
        return Told({"id": control.add_post(self, PAGE, text, self.now()).id})

    def _comments(self, asked: Asked) -> Told:
        self._may(asked)
        if self.state.find(asked.args[0]) is None:
            return self.unknown(asked)
        return self._page(asked, objects.edge_rows(self.state, asked.args[0], "comments", asked.query))

    def _comment(self, asked: Asked) -> Told:
        given = self._may(asked)
        about = self.state.find(asked.args[0])
        if about is None:
            return self.unknown(asked)
        text = str(given.get("message", ""))
        if not text:
            return _error("(#100) Comment text is required", 100)
        made = control.add_comment(self, about, PAGE, text)
        return Told({"id": made.id})

    def _one(self, asked: Asked) -> Told:
        self._may(asked, PAGE_TOKEN, USER_TOKEN)
        row = self._row(asked.args[0], asked)
        return Told(row) if row else self.unknown(asked)

    def _row(self, name: str, asked: Asked) -> Json | None:
        row = objects.row_of(self.state, name)
        if row is not None and name == PAGE and parameters(asked).get("access_token") == USER_TOKEN:
            row["access_token"] = PAGE_TOKEN  # told to whoever keeps the Page
        wanted = wishes.parsed(asked.query.get("fields", ""))
        address = f"{self.url}/{name}"
        return row and wishes.cut(objects.widened(self.state, row, wanted, address), wanted)

    def _change(self, asked: Asked) -> Told:
        """Hides or shows a comment, or words anew what the Page itself said."""
        given = self._may(asked)
        thing = self.state.find(asked.args[0])
        if thing is None:
            return self.unknown(asked)
        if "message" not in given:
            return self._hide(asked)
        if thing.sender != PAGE:
            return _error("(#200) Permissions error", 200)
        control.change(self, {"of": thing.id, "verb": "edited", "text": str(given["message"])})
        return Told({"success": True})

    def _hide(self, asked: Asked) -> Told:
        given = self._may(asked)
        thing = self.state.comments.get(short(asked.args[0]))
        if thing is None:
            return self.unknown(asked)
        thing.is_hidden = str(given.get("is_hidden")).lower() == "true"
        actor = listing.who(self.state, PAGE)
        verb = "hide" if thing.is_hidden else "unhide"
        self.tell(calling.public(self.now(), calling.thing_value(thing, verb, self.now(), actor)))
        return Told({"success": True})

    def _remove(self, asked: Asked) -> Told:
        self._may(asked)
        thing = self.state.find(asked.args[0])
        if thing is None:
            return self.unknown(asked)
        control.change(self, {"of": thing.id, "verb": "remove", "by": PAGE})
        return Told({"success": True})

    def _media(self, asked: Asked) -> Told:
        mime, content, ends_at = self.state.media.get(asked.args[0], ("", b"", None))
        if not mime:
            return Told(b"Bad URL hash", 403)
        if ends_at is not None and self.now() >= ends_at:
            return Told(b"URL signature expired", 403)
        return Told(content, 200, {"content-type": mime})


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

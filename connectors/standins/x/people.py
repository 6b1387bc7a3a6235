"""The other side of X: what people do there, on order of a test or of the demo.

POST /_say      {"from": "wyn", "text": "@RowanAshbyMP …", "answers"?, "quotes"?, "picture"?: base64}
POST /_message  {"from": "wyn", "text": "…", "sealed"?: true, "picture"?: base64}
                both: "id"? (a name of the story's: the same when it is told again), "ago"? (seconds),
                "quiet"?: true (no webhook is told)
POST /_edit     {"id": "…", "text": "…"}: a new wording with a new id     POST /_delete {"id": "…"}
POST /_flood    {"posts": 100, "messages": 100, "people": 10}             POST /_refuse {"user": "wyn"}
POST /_quirks   {"vocabulary": "post", "forgets_pages": true, "empty_first_page": true, "limits": {…}}
POST /_broke    {"is": true}: out of credit                               GET  /_sent
"""

import base64
from typing import Any

from connectors.standins.server import Asked, Route, Told
from connectors.standins.x.state import OFFICE_ID, OFFICE_NAME, Direct, Post
from connectors.standins.x.writing import Writing

PICTURE = "image/png"


class People(Writing):
    """Everybody but the office."""

    def people_routes(self) -> list[tuple[str, str, Route]]:
        return [
            ("POST", "/_say", self._say),
            ("POST", "/_message", self._write),
            ("POST", "/_edit", self._edit),
            ("POST", "/_delete", self._take_back),
            ("POST", "/_flood", self._flood),
            ("POST", "/_refuse", self._refuse),
            ("POST", "/_quirks", self._behave),
            ("POST", "/_broke", self._spend),
            ("GET", "/_sent", self._sent),
        ]

    def _say(self, asked: Asked) -> Told:
        given = asked.json
        writer = self.join(given["from"], given.get("name"))
        answers, quotes = (
            self.names.get(given.get(one, ""), given.get(one)) for one in ("answers", "quotes")
        )
        post = self.publish(writer.id, given["text"], answers, quotes, self._id(given))
        post.media += self._picture(given)
        if not given.get("quiet"):
            self.tell_post(post)
        return Told({"id": post.id, "conversation": post.conversation_id, "user": writer.id})

    def _write(self, asked: Asked) -> Told:
        given = asked.json
        writer = self.join(given["from"], given.get("name"))
        is_sealed = bool(given.get("sealed"))
        direct = self.write_to(writer.id, OFFICE_ID, given["text"], self._id(given), is_sealed=is_sealed)
        direct.media += self._picture(given)
        if not given.get("quiet"):
            self.tell_direct(direct)
        return Told({"id": direct.id, "conversation": direct.conversation_id, "user": writer.id})

    def _id(self, given: dict[str, Any]) -> str:
        return self.named_id(given["id"], given.get("ago", 0)) if "id" in given else self.new_id()

    def _picture(self, given: dict[str, Any]) -> list[str]:
        if "picture" not in given:
            return []
        media_id = self.new_id()
        self.media[media_id] = (PICTURE, base64.b64decode(given["picture"]))
        return [media_id]

    def _edit(self, asked: Asked) -> Told:
        before = self.posts[asked.json["id"]]
        after = self.publish(before.author_id, asked.json["text"], before.answers, before.quotes)
        before.chain.append(after.id)
        after.chain, after.conversation_id, before.is_replaced = before.chain, before.conversation_id, True
        self.tell_post(after)
        return Told({"id": after.id})

    def _take_back(self, asked: Asked) -> Told:
        post = self.posts[asked.json["id"]]
        for post_id in post.chain:
            self.posts[post_id].is_gone = True
        self.tell_deleted(post)
        return Told({"done": True})

    def _flood(self, asked: Asked) -> Told:
        given = asked.json
        people = [self.join(f"person{number}") for number in range(given.get("people", 1))]
        for number in range(given.get("posts", 0)):
            self.publish(people[number % len(people)].id, f"@{OFFICE_NAME} flood post {number}.")
        for number in range(given.get("messages", 0)):
            self.write_to(people[number % len(people)].id, OFFICE_ID, f"flood message {number}.")
        return Told({"done": True})

    def _refuse(self, asked: Asked) -> Told:
        self.join(asked.json["user"]).accepts_messages = False
        return Told({"done": True})

    def _behave(self, asked: Asked) -> Told:
        self.quirks |= asked.json
        return Told({"done": True})

    def _spend(self, asked: Asked) -> Told:
        self.is_broke = bool(asked.json["is"])
        return Told({"done": True})

    def _sent(self, asked: Asked) -> Told:
        """What left the office, oldest first."""
        posts = [_said(one) for one in self.posts.values() if one.author_id == OFFICE_ID and not one.is_gone]
        return Told({"posts": posts, "messages": [
            _written(one) for one in self.directs.values() if one.sender_id == OFFICE_ID
        ]})  # fmt: skip


def _said(post: Post) -> dict[str, str | None]:
    return {"id": post.id, "text": post.text, "answers": post.answers}


def _written(direct: Direct) -> dict[str, str]:
    return {"id": direct.id, "text": direct.text, "to": direct.recipient_id}

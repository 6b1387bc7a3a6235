"""What X lets an account write: posts that answer a summons, direct messages, deletions."""

from typing import Any

from connectors.standins.server import Asked, Route, Told
from connectors.standins.x import words
from connectors.standins.x.state import Direct, Post, made_at, problem
from connectors.standins.x.uploads import Uploads

POST_KEYS = frozenset({"text", "reply", "media", "made_with_ai", "quote_tweet_id"})


class Writing(Uploads):
    """POST and DELETE."""

    def writing_routes(self) -> list[tuple[str, str, Route]]:
        return [
            ("POST", "/2/tweets", self._post),
            ("DELETE", r"/2/tweets/(\d+)", self._delete),
            ("PUT", r"/2/tweets/(\d+)/hidden", self._hide),
            ("POST", r"/2/dm_conversations/with/(\d+)/messages", self._message),
            ("POST", r"/2/dm_conversations/(\d+-\d+)/messages", self._message_in),
            ("POST", "/2/dm_conversations", self._begin_conversation),
        ]

    def publish(
        self, author_id: str, text: str, answers: str | None = None, quotes: str | None = None,
        post_id: str | None = None,
    ) -> Post:  # fmt: skip
        """A new post; an answer belongs to the conversation of what it answers."""
        post_id = post_id or self.new_id()
        before = self.posts.get(answers or "")
        post = Post(
            post_id, author_id, text, made_at(post_id), before.conversation_id if before else post_id,
            answers=answers, quotes=quotes, chain=[post_id],
        )  # fmt: skip
        self.posts[post_id] = post
        return post

    def write_to(
        self, sender_id: str, recipient_id: str, text: str, direct_id: str | None = None,
        *, is_sealed: bool = False,
    ) -> Direct:  # fmt: skip
        """A new direct message."""
        direct_id = direct_id or self.new_id()
        direct = Direct(direct_id, sender_id, recipient_id, text, made_at(direct_id), is_sealed=is_sealed)
        self.directs[direct.id] = direct
        return direct

    def tell_post(self, post: Post) -> None:
        """Told to webhooks by `activity`."""

    def tell_deleted(self, post: Post) -> None:
        """Told to webhooks by `activity`."""

    def tell_direct(self, direct: Direct) -> None:
        """Told to webhooks by `activity`."""

    def _post(self, asked: Asked) -> Told:
        author_id = self.person(asked)
        headers = self.count("post")
        given: dict[str, Any] = asked.json
        if unknown := set(given) - POST_KEYS:
            raise problem(400, "Invalid Request", f"Unknown: {sorted(unknown)}", "invalid-request")
        media = self.own_media((given.get("media") or {}).get("media_ids", []), "tweet")
        text = str(given.get("text", ""))
        if not (text or media) or words.weight(text) > words.LONGEST_PLAIN:
            raise problem(403, "Forbidden", "Your Tweet text is too long, or there is none.")
        if given.get("quote_tweet_id"):
            raise problem(403, "Forbidden", "Quote posts are not part of this product.", "client-forbidden")
        answers = (given.get("reply") or {}).get("in_reply_to_tweet_id")
        if answers is not None:
            self._must_be_summoned(author_id, answers)
        if any(
            one.text == text and not one.is_gone and one.author_id == author_id
            for one in list(self.posts.values())[-20:]
        ):
            raise problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        post = self.publish(author_id, text, answers)
        post.media += media
        self.tell_post(post)
        data = {"id": post.id, "text": post.text, "edit_history_tweet_ids": [post.id]}
        return Told({"data": data}, 201, headers)

    def _must_be_summoned(self, author_id: str, answers: str) -> None:
        """Programs may answer only those who named or quoted the account."""
        before = self.posts.get(answers)
        if before is None or before.is_gone:
            raise problem(
                403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you."
            )
        name = self.users[author_id].username.lower()
        named = {found.lower() for found in words.MENTION.findall(before.text)}
        quoted = self.posts.get(before.quotes or "")
        if name not in named and (quoted is None or quoted.author_id != author_id):
            raise problem(
                403, "Forbidden",
                "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
                "engaged by the author of the post you are replying to.",
            )  # fmt: skip

    def _delete(self, asked: Asked) -> Told:
        author_id = self.person(asked)
        headers, post = self.count("delete"), self.posts.get(asked.args[0])
        if post is None or post.author_id != author_id:
            raise problem(
                403,
                "Forbidden",
                "You are not authorized to delete this Tweet.",
                "not-authorized-for-resource",
            )
        post.is_gone = True
        self.tell_deleted(post)
        return Told({"data": {"deleted": True}}, headers=headers)

    def _hide(self, asked: Asked) -> Told:
        """Only replies to one's own posts can be hidden."""
        reader = self.person(asked)
        headers, post = self.count("hide"), self.posts.get(asked.args[0])
        root = self.posts.get(post.conversation_id) if post else None
        if post is None or root is None or root.author_id != reader or root is post:
            raise problem(
                403,
                "Forbidden",
                "You can only hide replies to your own posts.",
                "not-authorized-for-resource",
            )
        post.is_hidden = bool(asked.json["hidden"])
        return Told({"data": {"hidden": post.is_hidden}}, headers=headers)

    # --- direct messages

    def _message(self, asked: Asked) -> Told:
        return self._directly(asked, self.person(asked), asked.args[0], asked.json)

    def _message_in(self, asked: Asked) -> Told:
        sender_id = self.person(asked)
        both = asked.args[0].split("-")
        if sender_id not in both:
            raise problem(403, "Forbidden", "You are not part of this conversation.", "client-forbidden")
        return self._directly(asked, sender_id, next(one for one in both if one != sender_id), asked.json)

    def _begin_conversation(self, asked: Asked) -> Told:
        """Of two only: this stand-in has no groups."""
        sender_id, given = self.person(asked), asked.json
        others = given["participant_ids"]
        if len(others) != 1:
            raise problem(400, "Invalid Request", "Groups are not known here.", "invalid-request")
        return self._directly(asked, sender_id, str(others[0]), given["message"])

    def _directly(self, asked: Asked, sender_id: str, to: str, said: dict[str, Any]) -> Told:
        headers, recipient = self.count("dm_send"), self.users.get(to)
        if recipient is None or not recipient.accepts_messages:
            raise problem(
                403,
                "Forbidden",
                "You do not have permission to DM one or more participants.",
                "client-forbidden",
            )
        media = self.own_media([one["media_id"] for one in said.get("attachments") or []], "dm")
        if len(media) > 1 or not (said.get("text") or media):
            raise problem(400, "Invalid Request", "text, or one attachment, is required", "invalid-request")
        direct = self.write_to(sender_id, recipient.id, said.get("text") or "")
        direct.media += media
        self.tell_direct(direct)
        data = {"dm_conversation_id": direct.conversation_id, "dm_event_id": direct.id}
        return Told({"data": data}, 201, headers)

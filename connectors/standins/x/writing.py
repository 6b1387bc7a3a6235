"""What X lets an account write: posts that answer a summons, direct messages, deletions."""

from typing import Any

from connectors.standins.server import Asked, Route, Told
from connectors.standins.x import words
from connectors.standins.x.signing_in import SigningIn
from connectors.standins.x.state import Direct, Post, made_at, problem

POST_KEYS = frozenset({"text", "reply", "media", "made_with_ai", "quote_tweet_id"})


class Writing(SigningIn):
    """POST and DELETE."""

    def writing_routes(self) -> list[tuple[str, str, Route]]:
        return [
            ("POST", "/2/tweets", self._post),
            ("DELETE", r"/2/tweets/(\d+)", self._delete),
            ("POST", r"/2/dm_conversations/with/(\d+)/messages", self._message),
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
        answers = given.get("reply", {}).get("in_reply_to_tweet_id")
        if answers is not None:
            self._must_be_summoned(author_id, answers)
        if any(
            one.text == given["text"] and one.author_id == author_id
            for one in list(self.posts.values())[-20:]
        ):
            raise problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        post = self.publish(author_id, given["text"], answers)
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

    def _message(self, asked: Asked) -> Told:
        sender_id = self.person(asked)
        headers, recipient = self.count("dm_send"), self.users.get(asked.args[0])
        if recipient is None or not recipient.accepts_messages:
            raise problem(
                403,
                "Forbidden",
                "You do not have permission to DM one or more participants.",
                "client-forbidden",
            )
        direct = self.write_to(sender_id, recipient.id, asked.json["text"])
        self.tell_direct(direct)
        data = {"dm_conversation_id": direct.conversation_id, "dm_event_id": direct.id}
        return Told({"data": data}, 201, headers)

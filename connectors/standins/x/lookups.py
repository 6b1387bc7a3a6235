"""What X tells about one thing or one person: by id, by name, by conversation."""

from collections.abc import Callable

from connectors.standins.server import Asked, Route, Told
from connectors.standins.x import words
from connectors.standins.x.reading import Reading
from connectors.standins.x.state import PROBLEMS, Direct, User, invalid, problem

MOST_USERS = 100


class Lookups(Reading):
    """GET by id, and messages by conversation."""

    def lookup_routes(self) -> list[tuple[str, str, Route]]:
        return [
            ("GET", r"/2/tweets/(\d+)", self._post_by_id),
            ("GET", r"/2/tweets/(\d+)/quote_tweets", self._quotes),
            ("GET", "/2/users", self._users_by_id),
            ("GET", r"/2/users/(\d+)", self._user_by_id),
            ("GET", "/2/users/by", self._users_by_name),
            ("GET", r"/2/users/by/username/(\w+)", self._user_by_name),
            ("GET", r"/2/dm_events/(\d+)", self._direct_by_id),
            ("DELETE", r"/2/dm_events/(\d+)", self._forget_direct),
            ("GET", r"/2/dm_conversations/(\d+-\d+)/dm_events", self._conversation),
            ("GET", r"/2/dm_conversations/media/(\d+)/(\w+)/\w+", self._private_media),
        ]

    # --- posts

    def _post_by_id(self, asked: Asked) -> Told:
        self.anybody(asked)
        headers, post = self.count("lookup"), self.posts.get(asked.args[0])
        if post is None or post.is_gone:
            return Told({"errors": [missing("tweet", "id", asked.args[0])]}, headers=headers)
        new = self.is_new(asked)
        told = {"data": words.post_words(self, post, words.wanted(asked.query), new=new)}
        beside = words.includes(self, [post], asked.query, new=new)
        return Told(told | ({"includes": beside} if beside else {}), headers=headers)

    def _quotes(self, asked: Asked) -> Told:
        self.anybody(asked)
        found = [one for one in self.posts.values() if one.quotes == asked.args[0] and not one.is_gone]
        return self.listed(asked, found, self.count("search"))

    # --- people

    def _users_by_id(self, asked: Asked) -> Told:
        return self._users(asked, "ids", self.users.get)

    def _users_by_name(self, asked: Asked) -> Told:
        return self._users(asked, "usernames", self._named)

    def _users(self, asked: Asked, parameter: str, find: Callable[[str], User | None]) -> Told:
        """Those there are, and an error for each there is not."""
        self.anybody(asked)
        wanted = asked.query.get(parameter, "").split(",")
        if not 1 <= len(wanted) <= MOST_USERS or not all(wanted):
            raise invalid(asked, parameter, f"The number of values in {parameter} must be 1 to {MOST_USERS}")
        found = {one: find(one) for one in wanted}
        data = [words.user_words(user) for user in found.values() if user]
        errors = [missing("user", parameter, name) for name, user in found.items() if user is None]
        told = {"data": data, "errors": errors}
        return Told({name: value for name, value in told.items() if value}, headers=self.count("users"))

    def _user_by_id(self, asked: Asked) -> Told:
        return self._one_user(asked, "id", self.users.get(asked.args[0]))

    def _user_by_name(self, asked: Asked) -> Told:
        return self._one_user(asked, "username", self._named(asked.args[0]))

    def _one_user(self, asked: Asked, parameter: str, user: User | None) -> Told:
        self.anybody(asked)
        headers = self.count("users")
        if user is None:
            return Told({"errors": [missing("user", parameter, asked.args[0])]}, headers=headers)
        return Told({"data": words.user_words(user)}, headers=headers)

    def _named(self, username: str) -> User | None:
        return next((one for one in self.users.values() if one.username.lower() == username.lower()), None)

    # --- messages

    def _direct_by_id(self, asked: Asked) -> Told:
        found = self._mine(asked)
        fields = asked.query.get("dm_event.fields", "").split(",")
        return Told({"data": words.direct_words(found, fields)}, headers=self.count("dm_events"))

    def _forget_direct(self, asked: Asked) -> Told:
        """Only for the one who asks: nobody else is told."""
        found = self._mine(asked)
        del self.directs[found.id]
        return Told({"data": {"deleted": True}}, headers=self.count("delete"))

    def _mine(self, asked: Asked) -> Direct:
        reader, found = self.person(asked), self.directs.get(asked.args[0])
        if found is None or found.is_sealed or reader not in (found.sender_id, found.recipient_id):
            raise problem(404, "Not Found Error", "Could not find the message.", "resource-not-found")
        return found

    def _conversation(self, asked: Asked) -> Told:
        reader = self.person(asked)
        both = set(asked.args[0].split("-"))
        found = [one for one in self.directs.values() if {one.sender_id, one.recipient_id} == both]
        return self.events_of(asked, found if reader in both else [])

    def _private_media(self, asked: Asked) -> Told:
        """The file of a message, for the two who wrote to each other."""
        found, media_id = self._mine(asked), asked.args[1].removeprefix("3_")
        if media_id not in found.media:
            raise problem(404, "Not Found Error", "Could not find the media.", "resource-not-found")
        kind, content = self.media[media_id]
        return Told(content, headers={"content-type": kind})


def missing(kind: str, parameter: str, value: str) -> dict[str, str]:
    """An error beside the data, under a status of 200."""
    return {
        "value": value, "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error", "resource_type": kind, "parameter": parameter, "resource_id": value,
        "type": PROBLEMS + "resource-not-found",
    }  # fmt: skip

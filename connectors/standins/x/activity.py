"""Webhooks of version 2 and the activity interface: challenges, subscriptions, signed events, replay."""

from connectors.standins.server import Route
from connectors.standins.x.writing import Writing


class Activity(Writing):
    """What X tells without being asked."""

    def activity_routes(self) -> list[tuple[str, str, Route]]:
        return []

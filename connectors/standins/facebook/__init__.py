"""A Facebook of one Page: the Graph API as far as a Page's inbox needs it, and calls that are signed."""

from connectors.standins.facebook.graph import FacebookStandIn

__all__ = ["FacebookStandIn"]

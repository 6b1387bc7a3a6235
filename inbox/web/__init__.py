"""The web face of the product: pages, public pages, webhooks and the REST interface."""

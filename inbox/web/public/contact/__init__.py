"""The office's form on the web: five small pages, one page for a frame, JSON for the office's own site."""

from inbox.web.public.contact import confirming, embed, pages, programs

ROUTERS = (programs.router, confirming.router, embed.router, pages.router)
"""In the order in which they are asked: the pages take what no other address is."""

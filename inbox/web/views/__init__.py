"""What the pages show, as plain frozen data: one file per family of pages, filled by the routes.

Nothing here knows the models. A class with a `template` is a page (or a part of one that htmx swaps); the
rest are its parts. All datetimes are aware and already in the office's time zone.
"""

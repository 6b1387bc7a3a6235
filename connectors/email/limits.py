"""How much of one mail is understood; past these numbers the rest is named and kept raw.

The numbers answer `2 s of CPU and 300 MB for 50 MB of mail`: each is applied before a library is called.
"""

PARTS = 1_000
LEVELS = 100
DASH_LINES = 400_000
"""Lines that begin with "--" and so could be boundaries; past this the last open part takes the rest."""

HEADERS = 4_000
HEADER_VALUE = 64 * 1024
"""Bytes of one header field that are read; the rest of the field is cut, the next field is read."""

HEADER_BLOCK = 4 * 1024 * 1024
ADDRESSES = 2_000
IDENTIFIERS = 500
PARAMETERS = 200

TEXT_BYTES = 2 * 1024 * 1024
"""Bytes of one text part that become `text`; a longer part is attached whole as well."""

TEXT_CHARACTERS = 2_000_000
HTML_TAGS = 100_000
"""Tags that are converted with care; past this they are only stripped."""

QUOTE_LINES = 20_000
QUOTE_DEPTH = 20

HARMLESS_HTML = 30_000
HARMLESS_TAGS = 1_000
"""HTML as small as this is never too much for a tree builder, however it is nested."""

DISPLAY_HTML = 1_000_000
PARAGRAPHS = 200_000
"""Characters that are shown of a text whose formatting was given up."""

DISPLAY_TAGS = 50_000
DISPLAY_DEPTH = 400
DISPLAY_ATTRIBUTES = 1_000
DISPLAY_WORK = 2_000_000
"""Misnested tags × tags: what an HTML tree builder may have to repeat."""

TNEF_ITEMS = 500

ORDINARY_BYTES = 5 * 1024 * 1024
ORDINARY_DASH_LINES = 2_000
ORDINARY_MULTIPARTS = 25
ORDINARY_HEADER = 128 * 1024
ORDINARY_TAGS = 20_000


def is_ordinary(raw: bytes) -> bool:
    """Whether `raw` is small and plain enough to be read in this process; anything else goes to a child."""
    if len(raw) > ORDINARY_BYTES:
        return False
    ends = [end for end in (raw.find(b"\n\n"), raw.find(b"\n\r\n")) if end >= 0]
    return (
        min(ends, default=len(raw)) <= ORDINARY_HEADER
        and raw.count(b"\n--") <= ORDINARY_DASH_LINES
        and raw.lower().count(b"multipart/") <= ORDINARY_MULTIPARTS
        and raw.count(b"<") <= ORDINARY_TAGS
    )

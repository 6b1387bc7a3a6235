"""What a case is called where whoever wrote gave it no name: the first words, whole ones."""

LONGEST = 80
_GOES_ON = "…"


def first_words(text: str, most: int = LONGEST) -> str:
    """The beginning of a text on one line, cut between two words; "…" says that it goes on."""
    words = " ".join(text.split())
    if len(words) <= most:
        return words
    kept = words[:most] if words[most - 1] == " " else words[: most - 1].rpartition(" ")[0]
    return (kept.rstrip(" ,;:–-") or words[: most - 1]) + _GOES_ON


def rest_of(text: str, title: str) -> str:
    """What a text says after the title that is its own beginning, from a whole word on; else all of it."""
    begins = title.removesuffix(_GOES_ON)
    if not text.startswith(begins):
        return text
    rest = text[len(begins) :]
    if rest[:1].isalnum() and begins[-1:].isalnum():  # titles were once cut inside a word
        rest = begins.split(" ")[-1] + rest
    return rest.lstrip(" .,;:–-")

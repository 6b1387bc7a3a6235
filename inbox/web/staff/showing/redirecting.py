"""What sending people elsewhere means on each kind of channel: who gets the words, and who does not."""

_COMES_IN = "Messages still come in and become cases; replies still leave."
_IN_MAIL = "An acknowledgement begins with your words. Whoever gets none, as programs do, does not see them."
_IN_PRIVATE = "Whoever writes a private message gets your words with the acknowledgement."
_BY_HAND = "What staff write down still becomes a case."
_NOBODY = "Nobody is answered with your words: tell people yourselves."
_KINDS = {
    "email": (_COMES_IN, _IN_MAIL),
    "microsoft365": (_COMES_IN, _IN_MAIL),
    "facebook": (
        _COMES_IN, _IN_PRIVATE,
        "Comments, posts and mentions get nothing: nothing automatic answers in public.",
    ),
    "x": (
        _COMES_IN, _IN_PRIVATE,
        "Posts get nothing: nothing automatic answers in public. Encrypted messages get nothing either.",
    ),
    "web": (
        "The form closes. Its page and its JSON form say your words.",
        "Nothing comes in by it.",
    ),
    "feed": ("Entries still come in and become cases.", "Nobody is answered with your words."),
    "open311": ("Reports still come in and become cases.", "Nobody is answered with your words."),
    "open311_council": ("Nobody writes by it, so nobody is answered with your words.",),
}  # fmt: skip


def effects(kind: str) -> tuple[str, ...]:
    """The sentences above the button that does it; of a kind not known here, that nobody is answered."""
    return _KINDS.get(kind, (_BY_HAND, _NOBODY))

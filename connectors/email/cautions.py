"""The words in `warnings`: what a reader of a mail should know before trusting or answering it."""

from enum import StrEnum

from connectors.contract import PERHAPS_AUTOMATIC


class Caution(StrEnum):
    """One thing that was odd, doubtful or not done; the sentence is for people who write the pages."""

    CHARSET_GUESSED = "charset-guessed"  # the declared character set was missing, unknown or wrong
    BROKEN_ENCODING = "broken-encoding"  # base64, quoted-printable or structure did not hold; best effort
    REPLY_TO_DIFFERS = "reply-to-differs"  # an answer to Reply-To would not go to From
    NAME_HOLDS_OTHER_ADDRESS = (
        "name-holds-other-address"  # the display name shows an address that is not theirs
    )
    SENDER_DOMAIN_MISMATCH = "sender-domain-mismatch"  # SPF or DKIM vouched only for another domain
    DMARC_FAIL = "dmarc-fail"  # our own boundary says the From domain did not send this
    SEVERAL_SENDERS = "several-senders"  # From names more than one address; the first is used
    NO_SENDER = "no-sender"  # no usable From
    NO_DATE = "no-date"  # no usable Date
    NO_MESSAGE_ID = "no-message-id"
    REMOTE_IMAGES = "remote-images"  # pictures on other hosts were left out
    HTML_SIMPLIFIED = "html-simplified"  # the formatting was too large or too odd; only its text is shown
    TOO_MANY_PARTS = "too-many-parts"  # past the limit, the rest is one attachment
    TOO_DEEP = "too-deep"  # nested past the limit, the rest is one attachment
    HEADER_CUT = "header-cut"  # a header field was longer than we read
    TOO_LARGE = "too-large"  # the text was cut; the whole is attached
    SIGNED_NOT_VERIFIED = "signed-not-verified"  # S/MIME or PGP signature, not checked
    ENCRYPTED = "encrypted"  # cannot be read here
    PASSWORD_PROTECTED = "password-protected"  # an attached archive or document asks for a password
    CALENDAR = "calendar"  # holds an invitation; nothing was accepted
    TNEF = "tnef"  # winmail.dat: what it holds was listed where it could be read
    PERHAPS_AUTOMATIC = PERHAPS_AUTOMATIC  # bears a mark of programs: nothing automatic may answer it
    NOT_UNDERSTOOD = "not-understood"  # reading failed; the raw message is shown as text

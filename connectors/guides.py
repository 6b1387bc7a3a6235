"""How an administrator connects each kind of account: the steps in words, the permissions to ask for.

`before` is done at the platform before our form is filled in, `after` once the channel exists and has its
addresses. `{redirect}` and `{webhook}` stand for this installation's own, `{account}` for what the platform
calls the account.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `copy` are words to carry over exactly."""

    words: str
    copy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """The way to a working channel; `costs` in one sentence, "" where it costs nothing."""

    before: tuple[Step, ...]
    after: tuple[Step, ...] = ()
    costs: str = ""

    def with_addresses(self, addresses: Mapping[str, str]) -> "Guide":
        """The same with real addresses in place; what has none yet is left out."""
        return replace(self, before=_placed(self.before, addresses), after=_placed(self.after, addresses))


def _placed(steps: tuple[Step, ...], addresses: Mapping[str, str]) -> tuple[Step, ...]:
    named = {f"{{{name}}}": address for name, address in addresses.items()}
    return tuple(
        replace(step, copy=tuple(named.get(one, one) for one in step.copy if one in named or one[:1] != "{"))
        for step in steps
    )


_TEST = Step(
    "Press “Test it now” at the top of this page. It sends nothing and says in words what is still wrong."
)
_OPEN = Step("Open the channel when the test is green and the first messages look right.")

GUIDES: Mapping[str, Guide] = {
    "email": Guide(
        (
            Step("Ask whoever keeps the mailbox for its IMAP and SMTP servers and for an app password."),
            Step("Microsoft and Google ended plain passwords: choose “Microsoft 365 mailbox” for those, or "
                 "sign in with OAuth (auth=xoauth2)."),
        ),
        (_TEST, _OPEN),
    ),
    "microsoft365": Guide(
        (
            Step("In the Entra admin centre, under App registrations, press New registration. Accounts: "
                 "this organisation only. Platform: Web, with this redirect address:", ("{redirect}",)),
            Step("For signing in as a person, add these delegated Microsoft Graph permissions:",
                 ("Mail.ReadWrite", "Mail.Send", "Mail.ReadWrite.Shared", "Mail.Send.Shared",
                  "offline_access")),
            Step("Or, for the application by itself, have an Exchange administrator give it these two roles "
                 "with a management scope of this one mailbox (RBAC for Applications). Do not consent to "
                 "them for the whole organisation as well: that opens every mailbox.",
                 ("Application Mail.ReadWrite", "Application Mail.Send")),
            Step("Under Certificates and secrets, make a client secret and copy its value, not its ID."),
            Step("Copy the Application (client) ID and the Directory (tenant) ID into the form."),
        ),
        (Step("Sign in, if the application does not act by itself."), _TEST, _OPEN),
    ),
    "facebook": Guide(
        (
            Step("At developers.facebook.com, make an app of type Business and connect it to your business. "
                 "Real people’s messages need Business Verification and App Review."),
            Step("In App Review, ask for Advanced Access to exactly these:",
                 ("pages_show_list", "pages_messaging", "pages_manage_metadata", "pages_read_engagement",
                  "pages_read_user_content", "pages_manage_engagement")),
            Step("Ask for the feature Human Agent too: without it a reply is possible for 24 hours only, "
                 "with it for 7 days."),
            Step("Under Facebook Login, Settings, add this redirect address:", ("{redirect}",)),
            Step("Copy the app’s id and secret (App settings, Basic) and the Page’s number into the form."),
            Step("Make up a verify word and type it into the form too."),
        ),
        (
            Step("Sign in as somebody who looks after the Page, and choose that Page."),
            Step("Under Webhooks, Page, type in this address and your verify word:", ("{webhook}",)),
            _TEST,
            _OPEN,
        ),
        "Facebook charges nothing.",
    ),
    "x": Guide(
        (
            Step("At developer.x.com, make a project with an app, pay per use, type Web App. Callback:",
                 ("{redirect}",)),
            Step("The app asks for exactly these scopes:",
                 ("tweet.read", "tweet.write", "users.read", "dm.read", "dm.write", "media.write",
                  "tweet.moderate.write", "offline.access")),
            Step("Copy the OAuth 2.0 client id and secret into the form; say what reading may cost a day."),
        ),
        (
            Step("Sign in as the account. Its number and name are then filled in."),
            Step("To be called at once, give the app’s API key secret and bearer token, and this address:",
                 ("{webhook}",)),
            _TEST,
            _OPEN,
        ),
        "X charges for reading and writing: about $0.001 for a mention of yours, $0.010 for a message, "
        "$0.015 for a post and $0.20 for one with a link. The channel stops reading at its daily cap.",
    ),
    "web": Guide(
        (Step("Nothing is needed: the form runs on this server. Sites that may show it in a frame are listed "
              "with the office: inbox office set embed_sites=…"),),
        (_OPEN,),
    ),
    "open311": Guide(
        (Step("Choose the kinds of report that others may hand in, and a key for each of them."),),
        (Step("Give the other side this address and this jurisdiction, which it names in every request:",
              ("{webhook}", "{account}")),
         Step("Give it the key too, on another way. It sends the key as api_key with what it reports, and to "
              "read what became of its reports. The list of services needs no key."), _TEST),
    ),
    "open311_council": Guide(
        (
            Step("Ask the council for the address of its Open311 GeoReport v2 endpoint, an API key that may "
                 "create requests, and the jurisdiction it wants."),
        ),
        (_TEST, Step("Open the channel; its kinds of fault are offered on cases within a minute.")),
    ),
    "feed": Guide(
        (Step("Find the feed’s own address on the site: it often ends in .xml, .rss or .atom."),),
        (_TEST,),
    ),
}  # fmt: skip

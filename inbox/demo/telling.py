"""What the demo says to the newcomer: short, and in the order in which it is needed."""

from inbox.demo.place import Place
from inbox.demo.stories import live_mails


def making(place: Place) -> None:
    print(f"Making a demo office in {place.folder} (about 20 seconds) …", flush=True)


def made(place: Place) -> None:
    print(f"The demo's data are in {place.folder}. Start it: `inbox demo`.", flush=True)


def welcome(place: Place, address: str) -> None:
    """The address, the sign-ins, one status link, what to click first, how to stop."""
    print("\n".join(_lines(place, address)), flush=True)


def _lines(place: Place, address: str) -> list[str]:
    facts = place.facts
    width = max(len(one.name) for one in facts.people)
    mail = max(len(one.email) for one in facts.people)
    people = [
        f"  {one.name:{width}}  {one.email:{mail}}  {one.totp_secret}  {one.role}" for one in facts.people
    ]
    return [
        "",
        f"  Casework Inbox is running:  {address}",
        "",
        "What to click first",
        "  1. Open the address and press “Priya Nair”: one press signs in, no password is needed.",
        f"  2. Watch To sort: {_coming(facts.mails_sent)}. Open one, and write a reply.",
        "  3. Press Send, then look under Sending: it leaves after 10 seconds, into a folder only.",
        "  4. People also write on Facebook, X and Outlook, by the form, on a blog: see Channels.",
        "",
        f"A constituent’s status link (postcode: {facts.status_postcode})",
        f"  {address}/s/{facts.status_token}",
        "",
        "The form for constituents (Welsh: /cy/contact/…)",
        f"  {address}/contact/rowan-ashby-mp",
        "",
        "Sign-ins, if you want to try the real door (name, address, secret for the authenticator app, role)",
        *people,
        f"  Everybody’s password: {facts.password}",
        "",
        f"Everything that leaves is kept in  {place.outbox}  or with the demo’s own platforms, nowhere else.",
        f"The data are in  {place.folder}  and stay there. Begin anew: `inbox demo --reset`.",
        "Stop with Ctrl+C.",
        "",
    ]


def _coming(sent: int) -> str:
    mails = len(live_mails())
    left = mails - sent % mails
    return f"{left} more mails come in over the next minutes"

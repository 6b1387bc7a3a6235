"""`python -m connectors.standins KIND [--port N] [--certificate PEM --key PEM]`: one platform, one process.

Prints its address on the first line and serves until it is ended.
"""

import argparse
import importlib
import threading

from connectors.standins.server import StandIn

KINDS = {
    "facebook": "connectors.standins.facebook:FacebookStandIn",
    "feed": "connectors.standins.feed:FeedStandIn",
    "graph": "connectors.standins.graph:GraphStandIn",
    "microsoft365": "connectors.standins.graph:GraphStandIn",
    "open311": "connectors.standins.open311:Open311StandIn",
    "x": "connectors.standins.x:XStandIn",
}


def make(kind: str) -> StandIn:
    """A new platform of this kind, not yet serving."""
    module, _, name = KINDS[kind].partition(":")
    made: StandIn = getattr(importlib.import_module(module), name)()
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m connectors.standins")
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    given = parser.parse_args()
    print(make(given.kind).start(given.port, certificate=given.certificate, key=given.key), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()

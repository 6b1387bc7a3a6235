"""What a program that runs for months does about memory once it is loaded."""

import gc


def freeze_memory() -> None:
    """At the end of start-up: what is loaded now lives for ever, so the collector need not look at it."""
    gc.collect()
    gc.freeze()

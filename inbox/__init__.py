"""The case: what was said, who has it, what is promised, and what leaves."""

__version__ = "0.1.0"

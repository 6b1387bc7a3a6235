"""Platforms to talk to in the demo and in tests: separate processes with state, true headers and fault knobs.

Nothing but the demo and tests may import this package or reach what it serves.
"""

"""Faults of every kind against the real program: what was accepted is never lost, nothing leaves twice."""

"""Surgeries: planned, booked, and followed up. An appointment is always about a case."""

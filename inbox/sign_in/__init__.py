"""Signing in and staying signed in: passwords, codes, sessions, tokens, and the people themselves."""

"""Black-box attacks on the running app: what others of our kind fell to, and what must come of it here."""

"""The public pages, pressed and read as a browser would."""

"""The staff pages, pressed and read as a browser would."""

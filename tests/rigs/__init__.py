"""Real servers for tests: unprivileged, on 127.0.0.1, in temporary folders of their own."""

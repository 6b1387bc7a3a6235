"""What the wire promises, proved against real servers."""

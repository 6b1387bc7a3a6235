"""Letters on paper: scans and photos that staff hand in, their text read by programs where there are any."""

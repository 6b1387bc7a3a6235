"""The demo: its data, its mail servers, the program that a newcomer starts."""

"""Stories of users, walked through the real program and real servers."""

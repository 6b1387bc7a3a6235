"""X: mentions and direct messages, by asking and by being told, and answers to those who asked for one."""

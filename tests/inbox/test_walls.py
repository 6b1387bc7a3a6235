"""The wall between two offices in one database, one of an MP and one of a department: same code, no way across."""

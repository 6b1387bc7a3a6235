"""The wall between two offices in one database, one of an MP and one of a department: no way across."""

"""A believable office to look around in: invented people, real stages, nothing that leaves."""

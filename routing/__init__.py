"""Pure decisions over data: who, how urgent, by when. `now` is always an argument."""

"""The isolation check: can one artist reach anything of another's? Tried with two artists that are nobody."""

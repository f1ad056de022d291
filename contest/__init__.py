"""The rooms of a contest's life, in the order in which data flows through them."""

"""The form of a round's rules, split by meaning; ``form`` puts the parts together."""

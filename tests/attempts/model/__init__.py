"""The sitting as a state machine against a model, and seeded faults that it must find."""

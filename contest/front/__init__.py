"""Pages that compose several rooms. No rules, hardly tables."""

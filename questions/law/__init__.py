"""Legal documents as data: what is in force when, and which questions a change touches."""

"""Rule sets of real contests (domain.md §1.1) from which a new contest can be made. Pure."""

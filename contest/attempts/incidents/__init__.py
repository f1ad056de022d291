"""Incidents (sự cố): what happened, whom it touched by fact, what two people decide, and what was done."""

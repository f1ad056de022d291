"""Attempts (lượt thi): start, save, submit, sweep, and the standing that they add up to."""

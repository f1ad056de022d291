"""Benchmarks: each act of the exam path as a ratio to an empty view, on this machine, now."""

"""Benchmarks on real servers: each act against its floor, a rush of sittings, and a ledger that must equal SQL."""

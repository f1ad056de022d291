"""Bringing files into a bank: read, preview, then all or nothing."""

"""Agencies (đơn vị): a dated tree; units end, they are never deleted."""

"""Accounts, sign-in, roles scoped to an agency, consent."""

"""The official text (thể lệ) as it follows from the rules by which the rounds really run.

Every field of ``RoundRules`` and ``ContestRules`` is said, so no two different sets of (normalised)
rules give the same text; ``tests/front/test_official_rules.py`` holds this to it.
"""

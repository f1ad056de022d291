"""Marking texts for translation where no request is at hand.

The source language of the interface is Vietnamese; catalogues translate from it.
"""


def N_(text: str) -> str:
    """Mark ``text`` for the catalogue; it is translated where it is shown."""
    return text

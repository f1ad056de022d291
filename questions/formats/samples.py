"""Templates and samples to download: two questions as examples, in the formats that people write by hand. Pure."""

from questions.formats import FORMATS
from questions.formats.sheet_words import EXAMPLES

NAMES = ("docx", "xlsx", "csv", "gift", "aiken")


def of(name: str) -> bytes:
    """The sample of a format."""
    module = FORMATS[name].load()
    made: bytes = module.template() if hasattr(module, "template") else module.write(EXAMPLES)
    return made

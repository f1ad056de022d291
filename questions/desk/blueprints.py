"""Every blueprint of the desk, for ``create_app``."""

from questions.desk import (
    bank,
    banks,
    editor,
    exports,
    imports,
    law,
    law_file,
    media,
    quality,
    question,
    review,
    situations,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (bank, editor, question, situations, review, imports, exports, quality, law, law_file, banks, media)
)

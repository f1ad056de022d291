"""Catalogues of the interface: ``.po`` files are kept, ``.mo`` files are made from them."""

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = Path(__file__).parent.parent.parent / "templates" / "translations"


def compile_catalogues(target: Path) -> Path:
    """Make ``<target>/<language>/LC_MESSAGES/messages.mo`` where missing or older; returns ``target``."""
    for source in sorted(SOURCE.glob("*/LC_MESSAGES/messages.po")):
        compiled = target / source.relative_to(SOURCE).with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as text:
            catalogue = read_po(text)
        # A name of its own: several processes may start at the same moment.
        handle, work = tempfile.mkstemp(dir=compiled.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as binary:
            write_mo(binary, catalogue)
        Path(work).replace(compiled)
    return target

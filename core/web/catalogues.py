"""Catalogues of the interface: ``.po`` files are kept, ``.mo`` files are made from them."""

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
        work = compiled.with_suffix(".new")
        with work.open("wb") as binary:
            write_mo(binary, catalogue)
        work.replace(compiled)
    return target

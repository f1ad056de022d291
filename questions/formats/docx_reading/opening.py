"""Opening a Word file: refusing what is none, finding its parts. Only lxml, within ``bounds``."""

import posixpath
import zipfile
from dataclasses import dataclass, field

from lxml import etree

from core.errors import Invalid
from core.i18n import N_
from questions.formats.bounds import FILE_MAX, member, open_zip, parse_xml

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
# A tree takes about five times the room of its text; the reader has 512 MB.
DOCUMENT_MAX = 48 * 1024 * 1024
PART_MAX = 8 * 1024 * 1024
PARAGRAPHS_MAX = 300_000


@dataclass(slots=True)
class Opened:
    """A Word file's parts. ``links``: relation id -> (kind, target in the archive or "" if outside)."""

    archive: zipfile.ZipFile
    body: etree._Element
    styles: etree._Element | None = None
    numbering: etree._Element | None = None
    links: dict[str, tuple[str, str]] = field(default_factory=dict)

    def picture(self, relation: str) -> bytes:
        """The bytes of an embedded picture; empty for one that is only linked to or not there."""
        target = self.links.get(relation, ("", ""))[1]
        return member(self.archive, target, FILE_MAX) if target in self.archive.namelist() else b""


def opened(data: bytes) -> Opened:
    """The parts of a .docx; raises :class:`Invalid` that says what to do for anything else."""
    _refuse_others(data)
    archive = open_zip(data)
    names = set(archive.namelist())
    if "[Content_Types].xml" not in names:
        raise _not_word()
    main = _main_part(archive)
    folder, name = posixpath.split(main)
    content = member(archive, main, DOCUMENT_MAX)
    if content.count(b"<w:p>") + content.count(b"<w:p ") > PARAGRAPHS_MAX:
        raise Invalid(
            N_("Tệp Word có quá %(max)s đoạn văn. Đề nghị chia thành nhiều tệp."), code="too-many", max=PARAGRAPHS_MAX
        )
    root = parse_xml(content)
    if "purl.oclc.org" in root.tag:
        raise Invalid(
            N_("Tệp lưu theo dạng “Strict Open XML”. Đề nghị lưu lại theo dạng “Word Document (*.docx)” rồi nhập."),
            code="not-word",
        )
    body = root.find(f"{W}body")
    if body is None:
        raise _not_word()
    links = _links(archive, f"{folder}/_rels/{name}.rels".lstrip("/"), folder, names)
    parts = {kind: parse_xml(member(archive, to, PART_MAX)) for kind, to in links.values() if kind in _WANTED and to}
    return Opened(archive, body, parts.get("styles"), parts.get("numbering"), links)


_WANTED = ("styles", "numbering")


def _refuse_others(data: bytes) -> None:
    if data[:4] == b"\xd0\xcf\x11\xe0":
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Invalid(N_("Tệp có đặt mật khẩu. Đề nghị bỏ mật khẩu rồi nhập lại."), code="encrypted")
        raise Invalid(
            N_("Đây là tệp Word kiểu cũ (.doc). Đề nghị mở bằng Word, chọn “Lưu thành…” dạng .docx rồi nhập lại."),
            code="old-word",
        )
    if data[:4] != b"PK\x03\x04":
        raise _not_word()


def _not_word() -> Invalid:
    return Invalid(
        N_("Tệp không phải là tệp Word (.docx). Đề nghị mở bằng Word, chọn “Lưu thành…” dạng .docx rồi nhập lại."),
        code="not-word",
    )


def _main_part(archive: zipfile.ZipFile) -> str:
    """The name of the part with the text, by its declared type."""
    declared = parse_xml(member(archive, "[Content_Types].xml", PART_MAX))
    types = {
        one.get("PartName", "").lstrip("/"): one.get("ContentType", "") for one in declared.iter(f"{_TYPES}Override")
    }
    if any("macroEnabled" in kind or "vbaProject" in kind for kind in types.values()):
        raise Invalid(N_("Tệp có macro nên không được nhận. Đề nghị lưu lại thành .docx hoặc .xlsx."), code="macro")
    for name, kind in types.items():
        if kind.endswith(("wordprocessingml.document.main+xml", "wordprocessingml.template.main+xml")):
            return name
    if any("spreadsheetml" in kind for kind in types.values()):
        raise Invalid(
            N_("Đây là tệp Excel dù tên ghi là Word. Đề nghị đổi tên thành .xlsx rồi nhập lại."), code="not-word"
        )
    raise _not_word()


def _links(archive: zipfile.ZipFile, name: str, folder: str, names: set[str]) -> dict[str, tuple[str, str]]:
    links: dict[str, tuple[str, str]] = {}
    if name not in names:
        return links
    for one in parse_xml(member(archive, name, PART_MAX)):
        kind = one.get("Type", "").rsplit("/", 1)[-1]
        target = one.get("Target", "")
        inside = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        known = one.get("TargetMode") != "External" and inside in names
        links[one.get("Id", "")] = (kind, inside if known else "")
    return links

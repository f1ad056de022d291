"""What keeps a hostile or broken file from doing harm: sizes, zip bombs, DTDs, encodings. Pure."""

import io
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath

from lxml import etree

from core.errors import Invalid
from core.i18n import N_

FILE_MAX = 10 * 1024 * 1024
INFLATED_MAX = 200 * 1024 * 1024
RATIO_MAX = 100
MEMBERS_MAX = 25_000
QUESTIONS_MAX = 20_000
BROKEN = (
    KeyError,
    zipfile.BadZipFile,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
)
"""What the standard library raises for a damaged archive; RuntimeError covers unknown compression and encryption."""
_MACRO = ("vbaproject.bin", "vbadata.xml")


def refuse_size(data: bytes) -> None:
    """Raise :class:`Invalid` for an empty file and for one over 10 MB."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Invalid(N_("Tệp không có nội dung. Đề nghị kiểm tra lại tệp đã chọn."), code="empty-file")
    if len(data) > FILE_MAX:
        raise Invalid(N_("Tệp lớn quá 10 MB. Đề nghị chia thành nhiều tệp nhỏ hơn."), code="too-large")


def open_zip(data: bytes) -> zipfile.ZipFile:
    """A zip archive whose members are few, small, safely named and without macros."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except BROKEN as error:
        raise Invalid(
            N_("Tệp bị hỏng, không mở được. Đề nghị mở bằng Word hoặc Excel, lưu lại rồi nhập."), code="broken-file"
        ) from error
    inflated = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MEMBERS_MAX or inflated > INFLATED_MAX or inflated > RATIO_MAX * max(packed, 10_000):
        raise Invalid(N_("Tệp nén giải ra quá lớn nên không được nhận."), code="zip-bomb")
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts:
            raise Invalid(N_("Tệp nén có đường dẫn không an toàn nên không được nhận."), code="zip-slip")
        if member.flag_bits & 0x1:
            raise Invalid(N_("Tệp có đặt mật khẩu. Đề nghị bỏ mật khẩu rồi nhập lại."), code="encrypted")
        if name.name.casefold() in _MACRO:
            raise Invalid(N_("Tệp có macro nên không được nhận. Đề nghị lưu lại thành .docx hoặc .xlsx."), code="macro")
    return archive


def member(archive: zipfile.ZipFile, name: str, limit: int = INFLATED_MAX) -> bytes:
    """A member's bytes; what it claims to be is not believed: reading stops at ``limit``."""
    try:
        with archive.open(name) as stream:
            content = stream.read(limit + 1)
    except BROKEN as error:
        raise Invalid(
            N_("Tệp bị hỏng: không đọc được phần “%(part)s”."), code="broken-file", part=name[-60:]
        ) from error
    if len(content) > limit:
        raise Invalid(N_("Tệp nén giải ra quá lớn nên không được nhận."), code="zip-bomb")
    return content


def parse_xml(data: bytes) -> etree._Element:
    """The root of an XML document without DTD, entities, network or giant nodes."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Invalid(
            N_("Tệp XML không đúng cú pháp (%(reason)s)."), code="bad-xml", reason=str(error)[:120]
        ) from error
    if root.getroottree().docinfo.doctype:
        raise Invalid(N_("Tệp XML có khai báo DTD nên không được nhận vì lý do an toàn."), code="dtd")
    return root


def decoded(data: bytes) -> str:
    """Text in UTF-8 or, with its mark, UTF-16; raises :class:`Invalid` for older encodings."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid(
            N_(
                "Tệp không dùng bảng mã UTF-8 nên chữ tiếng Việt sẽ bị sai. Đề nghị mở bằng Notepad hoặc Excel, "
                "chọn “Lưu thành…” với bảng mã UTF-8 rồi nhập lại."
            ),
            code="bad-encoding",
        ) from error
    if "\x00" in text:
        raise Invalid(
            N_(
                "Tệp không dùng bảng mã UTF-8 nên chữ tiếng Việt sẽ bị sai. Đề nghị mở bằng Notepad hoặc Excel, "
                "chọn “Lưu thành…” với bảng mã UTF-8 rồi nhập lại."
            ),
            code="bad-encoding",
        )
    return text


def refuse_many(count: int) -> None:
    """Raise :class:`Invalid` for more questions than one file may bring."""
    if count > QUESTIONS_MAX:
        raise Invalid(
            N_("Tệp có quá %(max)s câu hỏi. Đề nghị chia thành nhiều tệp."), code="too-many", max=QUESTIONS_MAX
        )

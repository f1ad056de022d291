"""Pictures by what their bytes say: PNG and JPEG, and how large they are."""

import struct

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def picture_type(data: bytes) -> str:
    """``image/png``, ``image/jpeg`` or nothing."""
    if data.startswith(_PNG):
        return "image/png"
    return "image/jpeg" if data.startswith(b"\xff\xd8\xff") else ""


def picture_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels; nothing where the bytes do not say."""
    size: tuple[int, int] | None = None
    if data.startswith(_PNG) and len(data) >= 24:
        size = struct.unpack(">II", data[16:24])
    at = 2
    while size is None and data.startswith(b"\xff\xd8") and at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            size = width, height
        at += 2 + max(2, struct.unpack(">H", data[at + 2 : at + 4])[0])
    return size if size and all(size) else None

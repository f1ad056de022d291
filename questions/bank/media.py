"""Which files a situation may carry, recognised by their first bytes, not by their names. Pure."""

from core.errors import Invalid
from core.i18n import N_

SIZE_MAX = 8 * 1024 * 1024
_STARTS = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)


def media_type(data: bytes) -> str:
    """The MIME type of a picture, sound or film; raises :class:`Invalid` for anything else."""
    if len(data) > SIZE_MAX:
        raise Invalid(
            N_("Tệp hình, âm thanh hoặc video lớn quá 8 MB. Đề nghị giảm kích thước."), code="media-too-large"
        )
    for offset, start, name in _STARTS:
        if data[offset : offset + len(start)] == start:
            return name
    raise Invalid(N_("Chỉ nhận hình PNG, JPEG, GIF, WebP; âm thanh MP3, M4A, OGG; video MP4, WebM."), code="media-type")

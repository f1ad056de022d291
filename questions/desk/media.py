"""Pictures, sounds and films of situations, by the hash of their bytes.

A hash cannot be guessed before the paper that names it was handed out, and nothing here tells a
key. Signed-in people only, as long as their session counts; the bytes never change.
"""

import io

from flask import Blueprint, Response, send_file

from core.db import read
from core.errors import NotFound
from core.i18n import N_
from core.web.identity import require_viewer
from questions.bank.models import MediaFile

blueprint = Blueprint("media", __name__)


@blueprint.get("/media/<string(length=64):sha256>")
def show(sha256: str) -> Response:
    """One file, or the part of it that is asked for (phones fetch films so); browsers keep it, proxies do not.

    Even for a part the whole file is read from the database: a few megabytes at most.
    """
    require_viewer()
    file = read().get(MediaFile, sha256)
    if file is None:
        raise NotFound(N_("Không tìm thấy tệp này."))
    response = send_file(io.BytesIO(file.data), mimetype=file.type, conditional=True, etag=sha256)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response

"""Static files under one fingerprint: ``/static/<fingerprint>/css/app.css``.

One fingerprint for the whole tree, so that modules may import each other by relative paths and
every file may be cached for ever. Files are compressed beforehand; whitenoise serves them.
"""

import gzip
import hashlib
import shutil
import tempfile
from pathlib import Path

import brotli
import flask_bootstrap
from flask import Flask
from whitenoise import WhiteNoise

from core.web import bundles

SOURCE = Path(__file__).parent.parent.parent / "static"
PACKAGED = {
    "bootstrap/bootstrap.min.css": Path(flask_bootstrap.__file__).parent / "static/bootstrap5/css/bootstrap.min.css"
}
COMPRESSED = {".css", ".js", ".svg", ".json", ".txt"}
KEPT_BUILDS = 3
YEAR = 31_536_000


def contents() -> dict[str, bytes]:
    """Address under the fingerprint -> content: files as they are kept, the packages' own, bundles of both."""
    own = {
        path.relative_to(SOURCE).as_posix(): path
        for path in sorted(SOURCE.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    files = {name: path.read_bytes() for name, path in {**PACKAGED, **own}.items()}
    return {**files, **bundles.made(files)}


def fingerprint(files: dict[str, bytes]) -> str:
    """Twelve hexadecimal digits over names and contents."""
    digest = hashlib.sha256()
    for name, data in sorted(files.items()):
        digest.update(name.encode() + b"\0" + data + b"\0")
    return digest.hexdigest()[:12]


def build(target: Path) -> str:
    """Write the tree below ``target`` unless it stands there; returns the fingerprint."""
    files = contents()
    mark = fingerprint(files)
    if (target / mark).is_dir():
        return mark
    target.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target, prefix=".build-"))
    for name, data in files.items():
        _place(data, work / name)
    work.chmod(0o755)
    try:
        work.rename(target / mark)
    except OSError:  # somebody else built the same tree first
        shutil.rmtree(work, ignore_errors=True)
    _drop_old(target, keep=mark)
    return mark


def _place(data: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    if target.suffix in COMPRESSED:
        target.with_name(target.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
        target.with_name(target.name + ".br").write_bytes(brotli.compress(data))


def _drop_old(target: Path, *, keep: str) -> None:
    builds = sorted(
        (p for p in target.iterdir() if p.is_dir() and p.name != keep and p.name[0] != "."),
        key=lambda p: p.stat().st_mtime,
        reverse=True,
    )
    for old in builds[KEPT_BUILDS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def init_assets(app: Flask, target: Path) -> None:
    """Build, serve, and give templates ``asset(path)``."""
    mark = build(target)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(target), prefix="static/", max_age=YEAR, allow_all_origins=False
    )
    app.jinja_env.globals["asset"] = lambda path: f"/static/{mark}/{path}"

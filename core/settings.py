"""Settings from the environment: read once, checked once, handed down.

Two modes. ``embedded`` (default) needs nothing installed: SQLite and a Redis server of our own under ``var/``,
a generated secret key, loopback only. ``production`` takes nothing for granted: it demands ``SECRET_KEY``,
``DATABASE_URL`` and ``REDIS_URL``. No Flask here, so that gunicorn's configuration and the launcher can read it too.
"""

import ipaddress
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY_MIN_CHARS = 32
# What tutorials and forgotten templates leave behind; compared case-folded and as a repeated pattern.
KNOWN_DEFAULT_KEYS = (
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "secret-key",
    "dev",
    "default",
    "password",
    "test",
)

_EXPECTED = {
    "database_url": "địa chỉ cơ sở dữ liệu, ví dụ postgresql+psycopg://nguoi_dung:mat_khau@may_chu/ten_csdl",
    "redis_url": "địa chỉ redis://, rediss:// hoặc unix://",
    "port": "số nguyên từ 1 đến 65535",
    "host": "địa chỉ hoặc tên máy, ví dụ 127.0.0.1",
    "mode": "embedded hoặc production",
    "var_dir": "đường dẫn thư mục",
    "tls": "1 hoặc 0",
    "web_workers": "số nguyên từ 1 đến 64",
    "web_threads": "số nguyên từ 1 đến 64",
    "starts_per_second": "số từ 0.1 đến 10000",
}


class SettingsError(ValueError):
    """A setting is missing or wrong; ``str()`` is Vietnamese, one sentence a line, and says what to do."""


class Settings(BaseSettings):
    """Every setting of the product; an environment variable of the same name in capitals sets it.

    Empty variables count as absent. Build it with :func:`load_settings`: only that checks the secret key.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    mode: Literal["embedded", "production"] = "embedded"
    var_dir: Path = PROJECT_ROOT / "var"
    """Data, logs and sockets; absolute after reading."""
    database_url: str = Field(default_factory=lambda data: f"sqlite:///{data['var_dir'] / 'contest.db'}", repr=False)
    """SQLAlchemy URL; hidden from ``repr`` because it may carry a password."""
    redis_url: str | None = Field(default=None, repr=False)
    """None means: the embedded server, see ``core.embedded``."""
    secret_key: str = Field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    tls: bool = Field(default_factory=lambda data: data.get("mode") == "production")
    """Whether browsers reach us over https; decides the cookies' ``Secure`` and ``__Host-``."""
    forwarded_allow_ips: str = "127.0.0.1,::1"
    """Addresses of the proxies whose X-Forwarded-Proto is believed, comma between."""
    web_workers: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=2, ge=1, le=64)
    starts_per_second: float = Field(default=15.0, ge=0.1, le=10_000)
    """Starts a second of the whole installation, beyond which people wait their turn; measured on two cores."""

    @field_validator("var_dir", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("database_url", mode="after")
    @classmethod
    def _one_postgresql_driver(cls, value: str) -> str:
        # Hosting panels hand out postgres://…, which SQLAlchemy refuses; psycopg 3 is the only driver in the lock.
        for prefix in ("postgres://", "postgresql://"):
            if value.startswith(prefix):
                return "postgresql+psycopg://" + value.removeprefix(prefix)
        return value

    @field_validator("redis_url", mode="after")
    @classmethod
    def _redis_scheme(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("unknown scheme")
        return value

    @property
    def is_loopback(self) -> bool:
        """Whether ``host`` can be reached from this machine only; demo accounts may exist only then."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:  # a name: it may resolve to anything
            return False

    @property
    def netloc(self) -> str:
        """``host:port`` as gunicorn binds it and URLs show it; IPv6 in brackets."""
        host = self.host.strip("[]")
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Address that a person on this machine opens."""
        return f"http://{self.netloc}/"


def load_settings(**overrides: Any) -> Settings:
    """Return :func:`read_settings` with a secret key: in embedded mode without ``SECRET_KEY``, that of ``var``.

    Raises :class:`SettingsError`.
    """
    settings = read_settings(**overrides)
    if settings.secret_key:
        return settings
    return settings.model_copy(update={"secret_key": embedded_secret_key(settings.var_dir)})


def read_settings(**overrides: Any) -> Settings:
    """Read the environment (``overrides`` win, by field name) and check it; writes nothing.

    Raises :class:`SettingsError`.
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_sentences(error)) from None
    if settings.mode == "production":
        _demand_production(settings)
    return settings


def embedded_secret_key(var_dir: Path) -> str:
    """Return the key in ``var_dir/secret_key`` (mode 0600), creating it; the same for racing processes.

    Raises :class:`SettingsError` when the file is damaged or cannot be written.
    """
    path = var_dir / "secret_key"
    try:
        if not path.exists():
            _create_once(path, secrets.token_urlsafe(48))
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "tệp hỏng"
        raise SettingsError(f"Không đọc hoặc ghi được khoá bí mật {path} ({reason}): sửa quyền hoặc xoá tệp.") from None
    if len(key) < SECRET_KEY_MIN_CHARS:
        raise SettingsError(
            f"Khoá bí mật trong {path} bị hỏng: xoá tệp đó rồi chạy lại (mọi người phải đăng nhập lại)."
        )
    return key


def _create_once(path: Path, content: str) -> None:
    """Write ``path`` whole or not at all; when somebody else was first, theirs stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret_key-")  # mkstemp: 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(content + "\n")
            file.flush()
            os.fsync(file.fileno())
        # link, not rename: it fails when the name is taken, so two first starts agree on one key.
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()


def _demand_production(settings: Settings) -> None:
    """Raise one sentence for each thing that production may not leave to a default."""
    wrong = []
    key = settings.secret_key
    if not key:
        wrong.append(
            "MODE=production cần SECRET_KEY: tạo bằng `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
        )
    elif len(key) < SECRET_KEY_MIN_CHARS:
        wrong.append(
            f"SECRET_KEY quá ngắn ({len(key)} ký tự): MODE=production cần ít nhất {SECRET_KEY_MIN_CHARS} ký tự."
        )
    elif _is_known_default(key):
        wrong.append("SECRET_KEY là giá trị mẫu ai cũng đoán được: hãy tạo một khoá ngẫu nhiên.")
    for field, name in (("database_url", "DATABASE_URL"), ("redis_url", "REDIS_URL")):
        if field not in settings.model_fields_set or not getattr(settings, field):
            wrong.append(f"MODE=production cần {name}: {_EXPECTED[field]}.")
    if wrong:
        raise SettingsError("\n".join(wrong))


def _is_known_default(key: str) -> bool:
    """Whether ``key`` is a known placeholder, repeated or padded to look long, or has hardly any variety."""
    folded = key.casefold()
    if len(set(folded)) < 8:
        return True
    return any(not folded.replace(word, "").strip("-_ .!0123456789") for word in KNOWN_DEFAULT_KEYS)


def _sentences(error: ValidationError) -> str:
    """One line for each wrong setting."""
    # A default that was never computed (because what it derives from is wrong) is no mistake of the reader's.
    details = [detail for detail in error.errors() if detail["type"] != "default_factory_not_called"]
    return "\n".join(_sentence(dict(detail)) for detail in details)


def _sentence(detail: dict[str, Any]) -> str:
    field = str(detail["loc"][0]) if detail.get("loc") else ""
    expected = _EXPECTED.get(field, "giá trị hợp lệ")
    # The value of a URL may hold a password: name the variable only.
    shown = "" if field.endswith(("_url", "_key")) else f"={detail.get('input')!s:.60}"
    return f"{field.upper()}{shown} không hợp lệ: cần {expected}."

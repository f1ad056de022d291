"""Settings: what the environment may say, and what production refuses to guess."""

import secrets
import stat
from pathlib import Path

import pytest

from core.settings import PROJECT_ROOT, SettingsError, load_settings, read_settings

NAMES = (
    "MODE",
    "VAR_DIR",
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "HOST",
    "PORT",
    "TLS",
    "WEB_WORKERS",
    "WEB_THREADS",
)
GOOD_KEY = "kP2vQ9sXw7Lr4TzB8nYc3HfJ6mDg5AeU1oRi"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODE", "production")
    monkeypatch.setenv("SECRET_KEY", GOOD_KEY)
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@db/contest")
    monkeypatch.setenv("REDIS_URL", "redis://cache:6379/0")


def test_defaults_need_nothing() -> None:
    settings = read_settings()
    assert (settings.mode, settings.host, settings.port) == ("embedded", "127.0.0.1", 8000)
    assert (settings.web_workers, settings.web_threads, settings.redis_url) == (2, 2, None)
    assert settings.var_dir == PROJECT_ROOT / "var"
    assert settings.database_url == f"sqlite:///{PROJECT_ROOT}/var/contest.db"


def test_database_follows_var_dir_and_empty_variables_count_as_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAR_DIR", "data")
    monkeypatch.setenv("REDIS_URL", "")
    monkeypatch.setenv("PORT", "")
    settings = read_settings()
    assert settings.database_url == f"sqlite:///{tmp_path}/data/contest.db"
    assert settings.redis_url is None
    assert settings.port == 8000


@pytest.mark.parametrize("given", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_postgresql_has_one_driver(given: str) -> None:
    assert read_settings(database_url=given).database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("MODE", "prod"),
        ("WEB_WORKERS", "0"),
        ("REDIS_URL", "http://cache"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_it(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(name)
    assert str(caught.value).count("\n") == 0


def test_passwords_are_not_shown(production: None, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert "u:p@" not in repr(settings)
    assert GOOD_KEY not in repr(settings)
    monkeypatch.setenv("REDIS_URL", "ftp://:hunter2@cache")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_embedded_key_is_made_once_private_and_kept(tmp_path: Path) -> None:
    first = load_settings(var_dir=tmp_path / "var")
    path = tmp_path / "var" / "secret_key"
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_settings(var_dir=tmp_path / "var").secret_key == first.secret_key
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["secret_key"]
    assert load_settings(var_dir=tmp_path / "other").secret_key != first.secret_key


def test_whoever_makes_the_key_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rival_is_faster(size: int) -> str:
        (tmp_path / "secret_key").write_text(GOOD_KEY + "\n")
        return "mine" * 12

    monkeypatch.setattr(secrets, "token_urlsafe", rival_is_faster)
    assert load_settings(var_dir=tmp_path).secret_key == GOOD_KEY
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret_key"]


def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short\n")
    with pytest.raises(SettingsError, match="Khoá bí mật"):
        load_settings(var_dir=tmp_path)


def test_tls_is_the_rule_in_production_only(production: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().tls
    assert not read_settings(mode="embedded").tls
    monkeypatch.setenv("TLS", "0")
    assert not read_settings().tls


def test_production_writes_nothing(production: None, tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path / "var")
    assert settings.secret_key == GOOD_KEY
    assert settings.database_url == "postgresql+psycopg://u:p@db/contest"
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_production_demands(name: str, production: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(SettingsError, match=f"^MODE=production cần {name}"):
        load_settings()


@pytest.mark.parametrize(
    "key",
    [
        "x9" * 15,
        "a" * 40,
        "changeme-changeme-changeme-changeme",
        "Secret-Key-0123456789-0123456789-0123",
    ],
)
def test_production_refuses_short_and_known_keys(key: str, production: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", key)
    with pytest.raises(SettingsError, match=r"^SECRET_KEY"):
        load_settings()


@pytest.mark.parametrize(
    ("host", "loopback", "netloc"),
    [
        ("127.0.0.1", True, "127.0.0.1:8000"),
        ("127.9.9.9", True, "127.9.9.9:8000"),
        ("localhost", True, "localhost:8000"),
        ("::1", True, "[::1]:8000"),
        ("0.0.0.0", False, "0.0.0.0:8000"),
        ("::", False, "[::]:8000"),
        ("10.1.2.3", False, "10.1.2.3:8000"),
        ("contest.example", False, "contest.example:8000"),
    ],
)
def test_loopback(host: str, loopback: bool, netloc: str) -> None:
    settings = read_settings(host=host)
    assert (settings.is_loopback, settings.netloc) == (loopback, netloc)

"""Settings: the demonstration starts with none; an unsafe production does not start at all."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from portal.config import Unsafe, settings_from

PRODUCTION = {
    "PORTAL_MODE": "production",
    "PORTAL_BASE_URL": "https://volunteer.force.example",
    "PORTAL_SECRET_KEY": "s" * 40,
    "PORTAL_MASTER_KEYS": "1:" + base64.b64encode(b"k" * 32).decode(),
    "PORTAL_DATABASE_URL": "postgresql://portal@db/portal",
    "PORTAL_STORAGE_URL": "s3://files/portal",
    "PORTAL_CLAMD": "/run/clamav/clamd.ctl",
    "PORTAL_MAIL_HOST": "smtp.force.example",
    "PORTAL_TRUSTED_PROXIES": "1",
}


def test_the_demonstration_makes_its_own_secrets_once(tmp_path: Path) -> None:
    first = settings_from({"PORTAL_DATA": str(tmp_path)})
    assert first.demonstration
    assert settings_from({"PORTAL_DATA": str(tmp_path)}) == first
    assert (tmp_path / "master").stat().st_mode & 0o077 == 0


def test_a_whole_production_starts(tmp_path: Path) -> None:
    settings = settings_from(PRODUCTION | {"PORTAL_DATA": str(tmp_path)})
    assert settings.secure and not settings.demonstration
    assert "ssssss" not in repr(settings)


@pytest.mark.parametrize("missing", sorted(set(PRODUCTION) - {"PORTAL_MODE"}))
def test_production_names_each_missing_setting(tmp_path: Path, missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    with pytest.raises(Unsafe, match=missing):
        settings_from(given | {"PORTAL_DATA": str(tmp_path)})


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORTAL_NOW", "2018-01-15T10:00"), ("PORTAL_RATE_LIMITS", "no"), ("PORTAL_BASE_URL", "http://plain.example")],
)
def test_production_refuses_what_only_a_demonstration_may_have(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Unsafe, match=name):
        settings_from(PRODUCTION | {"PORTAL_DATA": str(tmp_path), name: value})


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Unsafe) as caught:
        settings_from({"PORTAL_MODE": "production", "PORTAL_DATA": str(tmp_path)})
    assert len(caught.value.problems) >= 7


@pytest.mark.parametrize("name", ["PORTAL_DATABASE_URL", "PORTAL_MAIL_HOST"])
def test_whoever_gives_it_real_people_says_which_mode(tmp_path: Path, name: str) -> None:
    given = {"PORTAL_DATA": str(tmp_path), name: PRODUCTION[name]}
    with pytest.raises(Unsafe, match="PORTAL_MODE"):
        settings_from(given)
    assert settings_from(given | {"PORTAL_MODE": "demonstration"}).demonstration

"""Settings: typed, frozen, and nothing misspelt passes in silence."""

import pytest
from pydantic import ValidationError

from wire.errors import Fatal
from wire.settings import Settings, load, unknown_variables, variables


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in variables():
        monkeypatch.delenv(name, raising=False)


def test_nested_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", "broker:9092")
    monkeypatch.setenv("WIREDESK_POLL__MIN_INTERVAL_S", "30")
    settings = load()
    assert settings.kafka.bootstrap_servers == "broker:9092"
    assert settings.poll.min_interval_s == 30


def test_a_misspelt_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP", "broker:9092")
    with pytest.raises(Fatal, match="WIREDESK_KAFKA__BOOTSTRAP;"):
        load()


def test_a_value_that_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREDESK_POLL__MIN_INTERVAL_S", "-1")
    with pytest.raises(Fatal, match=r"poll\.min_interval_s"):
        load()


def test_other_peoples_variables_are_none_of_ours() -> None:
    assert unknown_variables({"WIREDESKTOP": "1", "PATH": "/bin", "wiredesk_data": "x"}) == []


def test_every_setting_says_what_it_is() -> None:
    assert all(description for _, description in variables().values())


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        setattr(Settings().poll, "min_interval_s", 1)  # noqa: B010  # the type checker knows


def test_a_secret_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREDESK_DATABASE__URL", "postgresql://u:geheim@h/d")
    assert "geheim" not in repr(load())

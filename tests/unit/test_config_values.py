"""Each option takes what it should, refuses what it should not, and says what it wants."""

from pathlib import Path
from typing import Any

import pytest

from pushbell.config import OPTIONS, Config, ConfigError, load_config
from pushbell.config.addresses import parse_listen

# One value per option that must be taken, and one that must be refused.
CASES: dict[str, tuple[Any, Any]] = {
    "server.listen": ("[::1]:0", "8080"),
    "server.base_url": ("https://push.example.com", "https://example.com/push"),
    "server.data_dir": ("/var/lib/pushbell", ""),
    "server.shutdown_timeout": ("0s", "soon"),
    "messages.keep_for": ("12h", "0s"),
    "messages.size_limit": ("64k", 0),
    "messages.title_size_limit": (100, "-1"),
    "messages.tags_size_limit": ("1k", "many"),
    "streams.keepalive": ("5s", "4.9s"),
    "streams.queue": (1, 0),
    "streams.write_timeout": ("1m", "1ms"),
    "push.contact": ("mailto:me@example.com", ["mailto:me@example.com"]),
    "push.allowed_services": (["http://127.0.0.1:9100"], ["127.0.0.1:9100"]),
    "push.proxy": ("http://user:word@proxy.example.com:3128", "socks5://proxy"),
    "push.ca_file": ("/etc/ssl/company.pem", 5),
    "push.concurrency": (16, 1.5),
    "push.timeout": ("500ms", True),
    "push.key_life": (0, "-1h"),
    "push.vapid_key_file": ("/run/secrets/vapid.pem", ["a"]),
    "limits.connections": ("100", "1_000"),
    "limits.streams": (10, "ten"),
    "limits.devices": (10, -3),
    "limits.topics_per_device": (10, ""),
    "limits.pending_writes": (10, "1e4"),
    "limits.request_timeout": (2, "never"),
    "limits.header_timeout": (75, {"seconds": 75}),
    "limits.exempt": (["127.0.0.1", "2001:db8::/32"], ["10.1.2.3/8"]),
    "log.format": ("JSON", "xml"),
    "log.level": ("warning", "loud"),
    "log.access": ("yes", "perhaps"),
    "metrics.enabled": (True, 2),
}  # fmt: skip


def load(path: str, value: object, folder: Path) -> Config:
    section, option = path.split(".")
    file = folder / "config.yaml"
    file.write_text(f"{section}:\n  {option}: {as_yaml(value)}\n")
    return load_config(file, {}, {})


def as_yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def test_every_option_has_a_case_here() -> None:
    assert set(CASES) == set(OPTIONS)


@pytest.mark.parametrize("path", CASES)
def test_a_good_value_is_taken_and_shown_as_it_can_be_written(path: str, tmp_path: Path) -> None:
    good = CASES[path][0]
    section, option = path.split(".")
    value = getattr(getattr(load(path, good, tmp_path), section), option)
    assert value not in ("", None, ())
    assert OPTIONS[path].kind.read(OPTIONS[path].kind.show(value)) == value


@pytest.mark.parametrize("path", CASES)
def test_a_bad_value_is_refused_in_a_sentence_that_names_the_option(path: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(path, CASES[path][1], tmp_path)
    [problem] = caught.value.problems
    assert problem.path == path
    assert problem.text.startswith("must ")


@pytest.mark.parametrize("path", OPTIONS)
def test_every_default_would_be_accepted_as_a_value(path: str) -> None:
    section, option = path.split(".")
    default = getattr(getattr(Config(), section), option)
    assert OPTIONS[path].kind.read(OPTIONS[path].kind.show(default)) == default


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (":8080", (None, 8080)),
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("[::1]:80", ("::1", 80)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_a_listen_address_has_a_host_and_a_port(text: str, address: tuple[str | None, int]) -> None:
    assert parse_listen(text) == address


@pytest.mark.parametrize(
    "text", ["", "8080", ":", ":65536", "::1:80", "[::1]", "[::g]:80", "host:80/x", "a b:80", ":٣"]
)
def test_what_is_no_listen_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence is the concern of the tests above
        parse_listen(text)


@pytest.mark.parametrize(
    "url",
    ["push.example.com", "ftp://a.example", "https://", "https://a.example/?q", "https://a.example/#f",
     "https://user@a.example", "https://a.example:99999", "https://a b.example", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_base_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"server\.base_url"):
        load_config(None, {}, {"server.base_url": url})


def test_a_base_url_loses_its_slash_and_its_capitals() -> None:
    config = load_config(None, {}, {"server.base_url": "HTTPS://Push.Example.com:8443/"})
    assert config.server.base_url == "https://push.example.com:8443"


def test_the_vapid_key_is_kept_beside_the_data_unless_told_otherwise() -> None:
    assert load_config(None, {}, {"server.data_dir": "/srv/p"}).vapid_key_file == Path("/srv/p/vapid.pem")
    assert load_config(None, {"PUSHBELL_PUSH_VAPID_KEY_FILE": "/k"}, {}).vapid_key_file == Path("/k")


def test_the_data_directory_follows_the_xdg_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("XDG_DATA_HOME", "/home/ada/data")
    assert Config().server.data_dir == Path("/home/ada/data/pushbell")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert Config().server.data_dir == Path("/home/ada/.local/share/pushbell")

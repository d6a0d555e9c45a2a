"""Where settings come from, which source wins, and that every mistake is reported at once."""

from pathlib import Path

import pytest

from pushbell.config import Config, ConfigError, effective, load_config


def problems_of(file: Path | None = None, environ: dict[str, str] | None = None, **flags: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(file, environ or {}, {path.replace("__", "."): value for path, value in flags.items()})
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def test_nothing_configured_is_the_default() -> None:
    assert load_config(None, {"HOME": "/root", "PATH": "/bin"}, {"server.listen": None}) == Config()


def test_a_flag_wins_over_the_environment_and_that_over_the_file(file: Path) -> None:
    file.write_text("server: {listen: ':1', base_url: 'http://one.example', shutdown_timeout: 1s}\n")
    environ = {"PUSHBELL_SERVER_LISTEN": ":2", "PUSHBELL_SERVER_BASE_URL": "http://two.example"}
    server = load_config(file, environ, {"server.listen": ":3"}).server
    assert (server.listen, server.base_url, server.shutdown_timeout) == (":3", "http://two.example", 1.0)


def test_lists_in_the_environment_have_commas_between_their_values() -> None:
    environ = {"PUSHBELL_LIMITS_EXEMPT": "127.0.0.1/32, 10.0.0.0/8,"}
    assert load_config(None, environ, {}).limits.exempt == ("127.0.0.1/32", "10.0.0.0/8")


def test_a_list_in_the_environment_can_be_emptied_again(file: Path) -> None:
    file.write_text("limits: {exempt: [10.0.0.0/8]}\n")
    assert load_config(file, {"PUSHBELL_LIMITS_EXEMPT": ""}, {}).limits.exempt == ()


def test_all_mistakes_are_reported_at_once_with_the_nearest_name(file: Path) -> None:
    file.write_text("push: {contct: x, timeout: soon}\nmesages: {keep_for: 3d}\nlisten: ':8080'\nlog: loud\n")
    environ = {"PUSHBELL_LIMIT_STREAMS": "5", "PUSHBELL_BANANA": "1", "PUSHBELL_STREAMS_QUEUE": "0"}
    assert problems_of(file, environ, server__listen="nowhere") == [
        f"push.contct ({file}) is unknown: did you mean push.contact?",
        f"push.timeout ({file}) must be a duration such as 30d, 1h30m, 45s or 100ms, at least 100ms, not 'soon'",
        f"mesages.keep_for ({file}) is unknown: did you mean messages.keep_for?",
        f"listen ({file}) is unknown: did you mean server.listen?",
        f"log ({file}) must hold options",
        "banana (environment PUSHBELL_BANANA) is unknown",
        "limit.streams (environment PUSHBELL_LIMIT_STREAMS) is unknown: did you mean limits.streams?",
        "streams.queue (environment PUSHBELL_STREAMS_QUEUE) must be a whole number of at least 1, not '0'",
        "server.listen (--listen) must be HOST:PORT, [IPv6 address]:PORT or :PORT, not 'nowhere'",
    ]


def test_an_option_in_the_wrong_section_is_found_in_the_right_one(file: Path) -> None:
    file.write_text("server: {keep_for: 3d}\n")
    assert problems_of(file) == [f"server.keep_for ({file}) is unknown: did you mean messages.keep_for?"]


def test_a_mistake_is_reported_even_where_a_stronger_source_overrides_it(file: Path) -> None:
    file.write_text("streams: {queue: none}\n")
    assert len(problems_of(file, {"PUSHBELL_STREAMS_QUEUE": "5"})) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("server: {listen: ':1'", "line 1"),
        ("- server", "must hold sections"),
        ("push:\n  timeout: 1s\npush:\n  timeout: 2s\n", "push is there twice"),
        ("push:\n  timeout: 1s\n  timeout: 2s\n", "timeout is there twice"),
        ("a: !!python/object/apply:os.system [exit]", "could not determine a constructor"),
    ],
)
def test_a_file_that_cannot_be_understood_is_one_problem(file: Path, text: str, says: str) -> None:
    file.write_text(text)
    [problem] = problems_of(file)
    assert problem.startswith(f"{file}: ")
    assert says in problem
    assert "\n" not in problem


def test_a_file_that_is_not_there_or_not_text_is_a_problem(file: Path) -> None:
    assert "No such file" in problems_of(file)[0]
    file.write_bytes(b"\xff\xfe\xff")
    assert "utf-8" in problems_of(file)[0]


@pytest.mark.parametrize("text", ["", "# nothing\n", "server:\n  # listen: ':1'\npush:\n"])
def test_a_file_of_comments_is_the_default(file: Path, text: str) -> None:
    file.write_text(text)
    assert load_config(file, {}, {}) == Config()


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "proxy"
    secret.write_text("http://user:word@proxy.example:3128\n")
    config = load_config(None, {"PUSHBELL_PUSH_PROXY_FILE": str(secret)}, {})
    assert config.push.proxy == "http://user:word@proxy.example:3128"


def test_a_secret_given_twice_or_in_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    assert "cannot be read" in problems_of(environ={"PUSHBELL_PUSH_PROXY_FILE": missing})[0]
    both = {"PUSHBELL_PUSH_PROXY_FILE": missing, "PUSHBELL_PUSH_PROXY": "http://p:1"}
    assert "given twice" in problems_of(environ=both)[0]


def test_only_secrets_can_come_from_a_file(tmp_path: Path) -> None:
    assert "is unknown" in problems_of(environ={"PUSHBELL_PUSH_CONTACT_FILE": str(tmp_path)})[0]


def test_a_secret_is_neither_shown_nor_quoted_in_a_problem() -> None:
    good = load_config(None, {"PUSHBELL_PUSH_PROXY": "http://user:hunter2@proxy.example:3128"}, {})
    assert effective(good)["push.proxy"] == "***"
    assert effective(Config())["push.proxy"] == ""
    [problem] = problems_of(environ={"PUSHBELL_PUSH_PROXY": "socks://user:hunter2@proxy.example"})
    assert "hunter2" not in problem


@pytest.mark.parametrize(
    "variable", ["PUSHBELL_PORT", "PUSHBELL_PORT_8080_TCP_ADDR", "PUSHBELL_SERVICE_HOST", "PUSHBELL_SERVICE_PORT_HTTP"]
)
def test_the_variables_of_kubernetes_for_a_service_of_our_name_are_not_ours(variable: str) -> None:
    assert load_config(None, {variable: "tcp://10.0.0.1:8080"}, {}) == Config()

"""The command as people and service managers call it: output, errors, exit codes."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pushbell import __version__

Run = Callable[..., subprocess.CompletedProcess[str]]
SERVER = Path(__file__).parents[2] / "server"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `python -m pushbell` with a home of its own; keyword arguments are environment variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PUSHBELL_", "XDG_"))}

    def run(*arguments: str, options: tuple[str, ...] = (), **environ: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *options, "-m", "pushbell", *arguments]
        env = {**kept, "HOME": str(tmp_path), "PYTHONPATH": str(SERVER), **environ}
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)

    return run


def test_version_says_which_one_this_is(run: Run) -> None:
    done = run("version")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == f"pushbell {__version__}"


def test_check_config_shows_what_is_in_effect(run: Run) -> None:
    done = run("check-config", "--listen", "127.0.0.1:9", PUSHBELL_PUSH_PROXY="http://user:hunter2@proxy.example:1")
    assert done.returncode == 0
    assert done.stdout.startswith("The configuration is valid.\n")
    assert "  listen: 127.0.0.1:9\n" in done.stdout
    assert "  proxy: ***\n" in done.stdout


def test_check_config_lists_every_problem_and_exits_with_1(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("push: {contct: x}\nlog: {level: loud}\n")
    done = run("check-config", "--config", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert "did you mean push.contact?" in done.stderr
    assert "log.level" in done.stderr


def test_serve_lists_every_problem_and_exits_with_2(run: Run) -> None:
    done = run("serve", "--listen", "nowhere", PUSHBELL_STREAMS_QUEUE="0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "server.listen (--listen)" in done.stderr
    assert "streams.queue (environment PUSHBELL_STREAMS_QUEUE)" in done.stderr


def test_a_contact_that_apple_would_refuse_stops_the_start(run: Run) -> None:
    done = run("serve", PUSHBELL_PUSH_CONTACT="mailto:admin@localhost")
    assert done.returncode == 2
    assert "push.contact" in done.stderr


def test_serve_refuses_to_run_without_assertions(run: Run) -> None:
    done = run("serve", options=("-O",))
    assert done.returncode == 1
    assert "python -O" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_serve_refuses_to_run_without_the_c_parser(run: Run) -> None:
    done = run("serve", AIOHTTP_NO_EXTENSIONS="1")
    assert done.returncode == 1
    assert "C parser" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_vapid_makes_the_key_once_and_never_again(run: Run, tmp_path: Path) -> None:
    first = run("vapid", "--data-dir", str(tmp_path / "data"))
    key_file = tmp_path / "data" / "vapid.pem"
    made = key_file.read_bytes()
    second = run("vapid", "--data-dir", str(tmp_path / "data"))
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout
    assert re.search(r"^public key +[\w-]{87}$", first.stdout, re.MULTILINE)
    assert str(key_file) in first.stdout
    assert key_file.read_bytes() == made
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_vapid_never_replaces_a_file_it_cannot_read(run: Run, tmp_path: Path) -> None:
    key_file = tmp_path / "vapid.pem"
    key_file.write_text("not a key")
    key_file.chmod(0o600)
    done = run("vapid", "--data-dir", str(tmp_path))
    assert done.returncode == 1
    assert "vapid.pem" in done.stderr
    assert key_file.read_text() == "not a key"


def test_the_shell_can_complete_the_verbs(run: Run) -> None:
    done = run(_PUSHBELL_COMPLETE="bash_complete", COMP_WORDS="pushbell ch", COMP_CWORD="1")
    assert done.stdout.strip() == "plain,check-config"

"""`config.example.yaml` is complete, true, and explains each option in the words of the tree."""

import re
from pathlib import Path

import pytest

from pushbell.config import OPTIONS, Config, load_config

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.yaml"
PACKAGE = ROOT / "server" / "pushbell"
OPTION_LINE = re.compile(r"^  #(\w+):", re.MULTILINE)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)


def explanations() -> dict[str, str]:
    """The comment above each option, by the option's path."""
    found, section, comment = {}, "", ""
    for line in EXAMPLE.read_text().splitlines():
        if match := re.fullmatch(r"(\w+):", line):
            section, comment = match[1], ""
        elif match := re.match(r"  #(\w+):", line):
            found[f"{section}.{match[1]}"], comment = comment, ""
        elif line.startswith("  # "):
            comment += line.removeprefix("  #")
    return found


def test_it_changes_nothing_as_it_is() -> None:
    assert load_config(EXAMPLE, {}, {}) == Config()


def test_its_values_are_the_defaults(tmp_path: Path) -> None:
    uncommented = tmp_path / "config.yaml"
    uncommented.write_text(OPTION_LINE.sub(r"  \1:", EXAMPLE.read_text()))
    assert load_config(uncommented, {}, {}) == Config()


def test_it_has_every_option_and_no_other() -> None:
    assert list(explanations()) == list(OPTIONS)


@pytest.mark.parametrize("path", OPTIONS)
def test_it_explains_an_option_in_the_words_of_the_tree(path: str) -> None:
    assert OPTIONS[path].help.lower() in explanations()[path].lower()


@pytest.mark.parametrize("path", OPTIONS)
def test_it_says_so_where_an_option_has_no_effect_yet(path: str) -> None:
    read = re.compile(rf"\.{path.partition('.')[2]}\b")
    has_effect = any(read.search(file.read_text()) for file in code_outside_the_configuration())
    assert has_effect == ("no effect so far" not in explanations()[path])


def code_outside_the_configuration() -> list[Path]:
    return [file for file in PACKAGE.rglob("*.py") if PACKAGE / "config" not in file.parents]

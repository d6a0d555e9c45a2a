"""Imports point down only, and each outside library stays in its room (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

import pushbell

ROOT = Path(pushbell.__file__).parent

# Lower layers first; a module may import from its own layer and from those below.
LAYERS = (
    {"clock", "config", "emoji", "errors", "ids", "log", "message", "parameters", "paths", "priority", "text", "topic"},
    {"store", "tasks", "listener"},
    {"access", "deliver", "publish", "subscribe", "pruning"},
    {"api"},
    {"app"},
    {"cli", "__main__"},
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}

ROOMS_OF = {
    "aiohttp": {"api", "app", "cli"},
    "aiosqlite": {"store"},
    "sqlite3": {"store"},
    "cryptography": {"deliver"},
    "py_vapid": {"deliver"},
    "jinja2": {"api"},
    "yaml": {"config"},
    "click": {"cli"},
    "httptools": {"deliver"},
}

MODULES = sorted(ROOT.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names if node.module == "pushbell"}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down_and_libraries_stay_in_their_rooms(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    for name in imports_of(path):
        first, _, rest = name.partition(".")
        if first == "pushbell" and rest and rest != "__version__":
            other = rest.split(".")[0]
            assert LEVEL[other] <= LEVEL[room], f"{room} imports {name}, which is above it"
        elif first in ROOMS_OF:
            assert room in ROOMS_OF[first], f"{first} belongs to {ROOMS_OF[first]}, not to {room}"


def test_sql_stays_in_the_store() -> None:
    for path in MODULES:
        if room_of(path) != "store":
            text = path.read_text()
            assert "SELECT " not in text, path
            assert "INSERT INTO" not in text, path


def test_nothing_draws_from_a_predictable_generator() -> None:
    for path in MODULES:
        assert "random" not in imports_of(path), path

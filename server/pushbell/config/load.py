"""From flags, environment, file and defaults to one valid `Config`, or to the list of everything that is wrong."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_type_hints

from pushbell.config.sources import Problem, Setting, environment_settings, file_settings, flag_settings
from pushbell.config.tree import Config, Option, Section

SECTIONS: Final[Mapping[str, type[Section]]] = get_type_hints(Config)


def _declared() -> dict[str, Option]:
    """Every option by its path, `push.contact`, in the order of the tree."""
    return {
        f"{name}.{field}": hint.__metadata__[0]
        for name, section in SECTIONS.items()
        for field, hint in get_type_hints(section, include_extras=True).items()
    }


OPTIONS: Final[Mapping[str, Option]] = _declared()
SECRETS: Final = frozenset(path for path, option in OPTIONS.items() if option.secret)


class ConfigError(Exception):
    """The configuration cannot be used. Carries all problems at once, so that one look repairs them all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def load_config(file: Path | None, environ: Mapping[str, str], flags: Mapping[str, str | None]) -> Config:
    """The effective configuration: flag > environment > file > default.

    `flags` maps paths such as `server.listen` to values, None where a flag was not given. Values are checked even
    where a stronger source overrides them. Raises ConfigError.
    """
    problems: list[Problem] = []
    values: dict[str, object] = {}
    settings = [
        *file_settings(file, problems),
        *environment_settings(environ, OPTIONS, SECRETS, problems),
        *flag_settings(flags),
    ]
    for setting in settings:  # weakest source first: a later one overwrites
        try:
            values[setting.path] = _read(setting)
        except ValueError as error:
            problems.append(Problem(setting.path, setting.source, str(error)))
    if problems:
        raise ConfigError(problems)
    return _build(values)


def _read(setting: Setting) -> object:
    option = OPTIONS.get(setting.path)
    if option is None:
        raise ValueError("must hold options" if setting.path in SECTIONS else f"is unknown{_nearest(setting.path)}")
    try:
        return option.kind.read(setting.value)
    except ValueError as error:
        given = "" if option.secret else f", not {setting.value!r}"
        raise ValueError(f"{error}{given}") from None


def _nearest(path: str) -> str:
    """A hint at the option or section that was probably meant, or nothing."""
    names = OPTIONS if "." in path else SECTIONS
    matches = get_close_matches(path, names, n=1, cutoff=0.75)
    if not matches:  # the right option in the wrong section, or in none
        option = path.rpartition(".")[2]
        matches = [name for name in OPTIONS if name.endswith(f".{option}")]
    return f": did you mean {matches[0]}?" if matches else ""


def _build(values: Mapping[str, object]) -> Config:
    def section(name: str) -> Section:
        prefix = f"{name}."
        chosen: dict[str, Any] = {p.removeprefix(prefix): v for p, v in values.items() if p.startswith(prefix)}
        return SECTIONS[name](**chosen)

    sections: dict[str, Any] = {name: section(name) for name in SECTIONS}
    return Config(**sections)


def effective(config: Config) -> dict[str, str]:
    """Every option's value as it would be written in the environment, by path; set secrets are masked."""
    shown = {}
    for path, option in OPTIONS.items():
        section, field = path.split(".")
        text = option.kind.show(getattr(getattr(config, section), field))
        shown[path] = "***" if option.secret and text else text
    return shown

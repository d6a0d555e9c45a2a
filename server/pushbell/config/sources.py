"""Where settings come from: the YAML file, the environment, the flags. What a value must look like is `kinds`."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

PREFIX: Final = "PUSHBELL_"

# Kubernetes sets these in every container next to a Service named "pushbell"; they are not meant for us.
_SERVICE_LINK: Final = re.compile(r"PUSHBELL_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)")


class Setting(msgspec.Struct, frozen=True):
    """One value, as written, with the place it was written in."""

    path: str
    value: object
    source: str


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong, in words that name the option and the place."""

    path: str
    source: str
    text: str

    def __str__(self) -> str:
        return f"{self.path} ({self.source}) {self.text}" if self.path else f"{self.source}: {self.text}"


def file_settings(file: Path | None, problems: list[Problem]) -> Iterator[Setting]:
    """The settings of a YAML file of sections and options; none without a file."""
    if file is None:
        return
    source = str(file)
    tree = _read_yaml(file, problems)
    for section, options in tree.items():
        if isinstance(options, dict):
            for option, value in options.items():
                yield Setting(f"{section}.{option}", "" if value is None else value, source)
        elif options is not None:  # it is None when every line of the section is a comment
            yield Setting(str(section), options, source)


def _read_yaml(file: Path, problems: list[Problem]) -> dict[Any, Any]:
    try:
        tree = yaml.load(file.read_text("utf-8"), _UniqueKeys)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.append(Problem("", str(file), " ".join(str(error).split())))
        return {}
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        problems.append(Problem("", str(file), "must hold sections such as server: and push:"))
        return {}
    return tree


class _UniqueKeys(yaml.SafeLoader):
    """YAML that refuses a key given twice: the first half of a section written in two places would be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise yaml.constructor.ConstructorError(problem=f"line {line}: {key.value} is there twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def environment_settings(
    environ: Mapping[str, str], options: Collection[str], secrets: Collection[str], problems: list[Problem]
) -> Iterator[Setting]:
    """The settings of all variables `PUSHBELL_SECTION_OPTION`; for a secret also `..._FILE`, a file with the value."""
    paths = {variable_of(path): path for path in options}
    files = {f"{variable_of(path)}_FILE": path for path in secrets}
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        if variable in files:
            yield from _from_secret_file(variable, files[variable], environ, problems)
        elif not _SERVICE_LINK.fullmatch(variable):
            yield Setting(paths.get(variable, _guess(variable)), environ[variable], f"environment {variable}")


def _from_secret_file(
    variable: str, path: str, environ: Mapping[str, str], problems: list[Problem]
) -> Iterator[Setting]:
    source = f"environment {variable}"
    if variable.removesuffix("_FILE") in environ:
        problems.append(Problem(path, source, "is given twice, as a value and as a file"))
        return
    try:
        yield Setting(path, Path(environ[variable]).read_text("utf-8").strip(), source)
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(path, source, f"cannot be read: {error}"))


def variable_of(path: str) -> str:
    """The environment variable of an option: `PUSHBELL_PUSH_CONTACT` of `push.contact`."""
    return PREFIX + path.replace(".", "_").upper()


def _guess(variable: str) -> str:
    """A path for an unknown variable, so that its problem can name the option that was probably meant."""
    return variable.removeprefix(PREFIX).lower().replace("_", ".", 1)


def flag_settings(flags: Mapping[str, str | None]) -> Iterator[Setting]:
    """The settings of the flags that were given: `--base-url` of `server.base_url`."""
    for path, value in flags.items():
        if value is not None:
            yield Setting(path, value, "--" + path.rpartition(".")[2].replace("_", "-"))

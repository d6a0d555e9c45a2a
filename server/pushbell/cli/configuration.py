"""What the verbs share: the options that choose a configuration, and reading it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import click

from pushbell.config import Config, ConfigError, Problem, load_config
from pushbell.deliver.contact import check_contact

SYSTEM_FILE: Final = Path("/etc/pushbell/config.yaml")

F = TypeVar("F", bound=Callable[..., object])


def config_options(command: F) -> F:
    """Add `--config`, and the three settings common enough to be flags."""
    for add in reversed((
        click.option("--config", "file", type=click.Path(path_type=Path), help=f"YAML file (default: {SYSTEM_FILE})."),
        click.option("--listen", metavar="HOST:PORT", help="Where to listen (default: :8080)."),
        click.option("--base-url", metavar="URL", help="The server's public URL."),
        click.option("--data-dir", metavar="DIR", help="Where database and keys are kept."),
    )):  # fmt: skip
        command = add(command)
    return command


def read_config(file: Path | None, listen: str | None, base_url: str | None, data_dir: str | None) -> Config:
    """The effective configuration. Raises ConfigError."""
    flags = {"server.listen": listen, "server.base_url": base_url, "server.data_dir": data_dir}
    config = load_config(file or _system_file(), os.environ, flags)
    try:
        check_contact(config.push.contact, config.server.base_url)
    except ValueError as error:
        text = str(error).removeprefix("push.contact ")
        raise ConfigError([Problem("push.contact", "checked with server.base_url", text)]) from None
    return config


def _system_file() -> Path | None:
    try:
        return SYSTEM_FILE if SYSTEM_FILE.exists() else None
    except PermissionError:
        return SYSTEM_FILE  # reading it will say so: better than serving with defaults nobody asked for


def print_problems(error: ConfigError) -> None:
    """One line per problem, on standard error."""
    click.echo("The configuration is not valid:", err=True)
    for problem in error.problems:
        click.echo(f"  {problem}", err=True)

"""`pushbell check-config`."""

import sys
from pathlib import Path

import click

from pushbell.cli.configuration import config_options, print_problems, read_config
from pushbell.config import ConfigError, effective


@click.command()
@config_options
def check_config(file: Path | None, listen: str | None, base_url: str | None, data_dir: str | None) -> None:
    """Check the configuration and print what is in effect.

    Exit code 0 when it is valid, 1 when it is not: then every problem is listed. Secrets are masked.
    """
    try:
        config = read_config(file, listen, base_url, data_dir)
    except ConfigError as error:
        print_problems(error)
        sys.exit(1)
    click.echo("The configuration is valid.")
    section = ""
    for path, value in effective(config).items():
        name, option = path.split(".")
        if name != section:
            click.echo(f"\n{name}:")
            section = name
        click.echo(f"  {option}: {value}".rstrip())

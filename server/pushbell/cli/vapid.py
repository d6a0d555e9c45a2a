"""`pushbell vapid`."""

import sys
from pathlib import Path

import click

from pushbell.cli.configuration import config_options, print_problems, read_config
from pushbell.clock import SystemClock
from pushbell.config import ConfigError
from pushbell.deliver.key_file import KeyFileError
from pushbell.deliver.vapid import VapidKeys


@click.command()
@config_options
def vapid(file: Path | None, listen: str | None, base_url: str | None, data_dir: str | None) -> None:
    """Print the public VAPID key and where its file is.

    The key is made when there is none, and never replaced: every subscription of a browser is bound to it.
    """
    try:
        path = read_config(file, listen, base_url, data_dir).vapid_key_file
    except ConfigError as error:
        print_problems(error)
        sys.exit(2)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = VapidKeys.open(path, None, SystemClock())
    except (KeyFileError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"public key   {keys.public_key}")
    click.echo(f"private key  {path} (back it up, keep it secret)")

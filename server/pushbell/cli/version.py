"""`pushbell version`."""

import platform
from importlib.metadata import version as version_of

import click

from pushbell import __version__


@click.command()
def version() -> None:
    """Print the versions of Pushbell and of what it stands on."""
    click.echo(f"pushbell {__version__}")
    click.echo(
        f"Python {platform.python_version()}, aiohttp {version_of('aiohttp')}, aiosqlite {version_of('aiosqlite')}"
    )

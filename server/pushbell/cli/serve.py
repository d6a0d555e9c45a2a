"""`pushbell serve`."""

import sys
from pathlib import Path

import click
from aiohttp.http_parser import HttpRequestParser, HttpRequestParserPy

from pushbell import log
from pushbell.cli.configuration import config_options, print_problems, read_config
from pushbell.config import ConfigError


@click.command()
@config_options
def serve(file: Path | None, listen: str | None, base_url: str | None, data_dir: str | None) -> None:
    """Run the server until it gets SIGTERM or SIGINT.

    Every option of the configuration file can also be given as PUSHBELL_SECTION_OPTION in the environment. A flag wins
    over the environment, the environment over the file, the file over the default.
    """
    refuse_unsafe_interpreter()
    try:
        config = read_config(file, listen, base_url, data_dir)
    except ConfigError as error:
        print_problems(error)
        sys.exit(2)
    log.set_up(config.log)
    from pushbell.app import run  # noqa: PLC0415 - the other verbs need no server, and start faster without it

    run(config)


def refuse_unsafe_interpreter() -> None:
    """Stop where aiohttp is known to be unsafe, with one line that says what to do."""
    if sys.flags.optimize:
        # aiohttp guards against endless loops with assertions (CVE-2025-69227).
        raise click.ClickException(
            "Pushbell does not run under python -O or PYTHONOPTIMIZE: start Python without them."
        )
    if HttpRequestParser is HttpRequestParserPy:
        # Most request smuggling found in aiohttp was in this parser.
        raise click.ClickException(
            "aiohttp is installed without its C parser, or AIOHTTP_NO_EXTENSIONS is set: "
            "unset it, or install aiohttp from a wheel."
        )

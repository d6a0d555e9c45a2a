"""The command line: one module per verb."""

import click

from pushbell.cli.check_config import check_config
from pushbell.cli.serve import serve
from pushbell.cli.vapid import vapid
from pushbell.cli.version import version


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog='Shell completion: eval "$(_PUSHBELL_COMPLETE=bash_source pushbell)", likewise zsh_source, fish_source.',
)
def pushbell() -> None:
    """Self-hosted notifications by Web Push."""


for verb in (serve, vapid, check_config, version):
    pushbell.add_command(verb)

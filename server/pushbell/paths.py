"""Where the files of the web app are."""

from pathlib import Path


def web_root() -> Path:
    """The directory `web/`: inside the package when installed, beside `server/` in a checkout."""
    package = Path(__file__).parent
    installed = package / "web"
    return installed if installed.is_dir() else package.parents[1] / "web"

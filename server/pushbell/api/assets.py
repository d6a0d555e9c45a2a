"""The web app's files, read once at start into a table. What is not in the table cannot be served."""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import jinja2
import markupsafe
import msgspec

# The table of the operating system differs from machine to machine; these are the types that the app consists of.
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
}
# Served as one file, in this order: a first paint should not wait for nine answers.
STYLES: Final = ("tokens", "base", "shell", "controls", "feed", "message", "forms", "bell", "welcome")
COMPRESSED: Final = frozenset({".ico", ".png", ".webp"})
# Whole lines, blocks that fill their lines, and types within a line: all that the app's own style knows.
COMMENTS: Final = re.compile(
    r"^[ ]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/)[ ]*$|/\*\* @type [^*\n]*\*/ ?", re.MULTILINE | re.DOTALL
)
MODULE_SYNTAX: Final = re.compile(r"^import [^;]*;\n|^export (?=async |function |const |class )", re.MULTILINE)


class Asset(msgspec.Struct, frozen=True):
    """One file, ready to be sent. `gzip` is None where compression gains nothing."""

    body: bytes
    gzip: bytes | None
    content_type: str
    etag: str


def make_asset(name: str, body: bytes) -> Asset:
    suffix = Path(name).suffix
    content_type = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    # mtime=0: the same file gives the same bytes on every machine.
    packed = None if suffix in COMPRESSED else gzip.compress(body, 9, mtime=0)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Asset(body, packed if packed and len(packed) < len(body) else None, content_type, etag)


def without_comments(name: str, body: bytes) -> bytes:
    """Scripts and styles as browsers need them: a quarter smaller, each line still where it was in the file."""
    if not name.endswith((".js", ".css")):
        return body
    return COMMENTS.sub(lambda found: "\n" * found.group().count("\n"), body.decode()).encode()


class Assets:
    """The files of `web/static` by name, `web/styles` as one, the rendered templates, and one version for all.

    `generated` are further static files (name -> bytes) that the server makes itself, so that their content has one
    source. `reserved` are the first path segments that belong to the server and not to a topic.
    """

    def __init__(self, root: Path, generated: Mapping[str, bytes], reserved: frozenset[str]) -> None:
        styles = b"".join((root / "styles" / f"{name}.css").read_bytes() for name in STYLES)
        sources = {**_read_tree(root / "static"), **generated, "app.css": styles}
        templates = _read_tree(root / "templates")
        self.version = _hash_of(sources | {f"templates/{name}": body for name, body in templates.items()})
        self._sources = sources
        self._static = {name: make_asset(name, without_comments(name, body)) for name, body in sources.items()}
        self._pages = self._render(root / "templates", reserved)

    def static(self, name: str) -> Asset | None:
        """The file `web/static/<name>`, or None."""
        return self._static.get(name)

    def page(self, name: str) -> Asset:
        """A rendered template; KeyError for a name that does not exist is a mistake in the code."""
        return self._pages[name]

    def url(self, name: str) -> str:
        """Where a static file is served; KeyError stops the start when a template asks for one that does not exist."""
        self._static[name]
        return f"/static/{self.version}/{name}"

    def urls(self, suffix: str) -> list[str]:
        return [self.url(name) for name in sorted(self._static) if name.endswith(suffix)]

    def module(self, name: str) -> markupsafe.Markup:
        """The text of an ES module without its imports and exports, to be part of a classic script."""
        text = MODULE_SYNTAX.sub("", self._sources[name].decode())
        return markupsafe.Markup(text)  # noqa: S704 - a file of this program, not a visitor's text

    def _render(self, templates: Path, reserved: frozenset[str]) -> dict[str, Asset]:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(templates), autoescape=True, undefined=jinja2.StrictUndefined
        )
        environment.globals.update(
            version=self.version, url=self.url, urls=self.urls, module=self.module, reserved=sorted(reserved)
        )
        names = ("app.html", "sw.js", "app.webmanifest")
        pages = {name: environment.get_template(name).render().encode() for name in names}
        return {name: make_asset(name, without_comments(name, body)) for name, body in pages.items()}


def _read_tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _hash_of(files: Mapping[str, bytes]) -> str:
    """One hash for the whole tree: any change of any file changes every URL, so a page never mixes two versions."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{len(name)} {name} {len(files[name])} ".encode())
        digest.update(files[name])
    return digest.hexdigest()[:16]

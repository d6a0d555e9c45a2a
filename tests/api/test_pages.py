"""The web app's files: what is served, under which headers, and nothing else."""

import gzip
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import yarl
from multidict import CIMultiDictProxy

from pushbell.api.assets import STYLES, Assets, without_comments
from pushbell.emoji import table_json
from pushbell.paths import web_root
from pushbell.topic import RESERVED
from tests.harness.server import Server

FIRST_VISIT_LIMIT = 100_000
WORKER_LIMIT_LINES = 300
PAGES = ["/", "/alerts", "/settings", "/app/compose"]
FORBIDDEN = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
}
OUTSIDE = ["../templates/app.html", "..%2Ftemplates%2Fapp.html", "app/", "app/nothing.js", "%2Fetc%2Fpasswd", "icons"]
ACCEPTED = {"gzip": True, "br, gzip;q=0.5": True, "gzip;q=0": False, "gzip; q=0.0": False, "br": False, "": False}


@pytest.fixture(scope="module")
def assets() -> Assets:
    return Assets(web_root(), {"emoji.json": table_json()}, RESERVED)


@dataclass(frozen=True)
class Answer:
    """What came over the wire, neither unpacked nor decoded."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


async def fetch(server: Server, path: str, **headers: str) -> Answer:
    """GET a path exactly as it is written; headers by their name with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as session:
        answer = await session.get(yarl.URL(server.url + path, encoded=True), headers=named)
        return Answer(answer.status, answer.headers, await answer.read())


async def text_of(server: Server, path: str) -> str:
    answer = await fetch(server, path)
    assert answer.status == 200, path
    return answer.body.decode()


async def test_every_page_forbids_what_the_app_does_not_need(server: Server) -> None:
    for path in [*PAGES, "/sw.js"]:
        answer = await fetch(server, path)
        assert answer.status == 200, path
        policy = set(answer.headers["Content-Security-Policy"].split("; "))
        assert policy >= FORBIDDEN, path
        assert not any("unsafe" in rule for rule in policy)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


async def test_every_other_file_may_do_nothing_at_all(server: Server, assets: Assets) -> None:
    for path in ["/manifest.webmanifest", "/favicon.ico", assets.url("app/main.js"), assets.url("icons/bell.svg")]:
        answer = await fetch(server, path)
        assert answer.status == 200, path
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_page_contains_no_script_and_no_style_of_its_own(server: Server) -> None:
    page = await text_of(server, "/")
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "<style" not in page
    assert not re.search(r"\s(style|on[a-z]+)=", page)


async def test_everything_that_the_page_names_is_served_for_ever(server: Server) -> None:
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', await text_of(server, "/"))
    assert len(named) > 20
    for path in named:
        answer = await fetch(server, path)
        assert answer.status == 200, path
        assert answer.headers["Cache-Control"] == "max-age=31536000, immutable"


async def test_everything_that_the_manifest_names_is_served(server: Server) -> None:
    manifest = json.loads(await text_of(server, "/manifest.webmanifest"))
    for picture in [*manifest["icons"], *manifest.get("screenshots", [])]:
        answer = await fetch(server, picture["src"])
        assert answer.status == 200, picture
        assert answer.headers["Content-Type"] == picture["type"]
    assert manifest["id"] == "/"  # installed apps hang on it: it may never change
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable", "monochrome"}


async def test_the_service_worker_lists_every_file_that_the_app_needs_offline(server: Server, assets: Assets) -> None:
    worker = await text_of(server, "/sw.js")
    listed = set(re.findall(r'"(/[^"]*)"', worker))
    assert {"/", "/manifest.webmanifest"} <= listed
    assert set(assets.urls(".js")) | set(assets.urls(".css")) <= listed
    assert f'"{assets.version}"' in worker


async def test_the_service_worker_is_one_classic_script(server: Server, tmp_path: Path) -> None:
    worker = await text_of(server, "/sw.js")
    assert not re.search(r"^\s*(import|export)\b", worker, re.MULTILINE)
    file = tmp_path / "sw.cjs"
    file.write_text(worker)
    subprocess.run(["node", "--check", str(file)], check=True)
    own = (web_root() / "templates" / "sw.js").read_text()
    assert len(own.splitlines()) <= WORKER_LIMIT_LINES


async def test_an_asset_of_another_version_is_not_served(server: Server, assets: Assets) -> None:
    path = assets.url("theme.js")
    assert (await fetch(server, path)).status == 200
    assert (await fetch(server, path.replace(assets.version, "0" * 16))).status == 404


async def test_nothing_outside_the_table_is_served(server: Server, assets: Assets) -> None:
    for path in OUTSIDE:
        assert (await fetch(server, f"/static/{assets.version}/{path}")).status == 404, path


async def test_what_has_not_changed_is_not_sent_again(server: Server) -> None:
    first = await fetch(server, "/sw.js")
    assert first.headers["Cache-Control"] == "no-cache"
    again = await fetch(server, "/sw.js", If_None_Match=first.headers["ETag"])
    assert again.status == 304
    assert again.body == b""
    assert "Content-Security-Policy" in again.headers


async def test_files_are_packed_only_for_clients_that_unpack(server: Server, assets: Assets) -> None:
    plain = (await fetch(server, assets.url("app.css"))).body
    assert b".row {" in plain
    for accepted, packed in ACCEPTED.items():
        answer = await fetch(server, assets.url("app.css"), Accept_Encoding=accepted)
        assert ("Content-Encoding" in answer.headers) is packed, accepted
        assert (gzip.decompress(answer.body) if packed else answer.body) == plain


async def test_the_first_visit_transfers_less_than_100_kb(server: Server) -> None:
    """The shell with everything it names, packed. The service worker stores the same files, out of the cache."""
    named = re.findall(r'"(/static/[^"]+)"', await text_of(server, "/"))
    paths = {"/", "/sw.js", "/manifest.webmanifest", *named}
    bodies = [(await fetch(server, path, Accept_Encoding="gzip")).body for path in paths]
    assert sum(len(body) for body in bodies) < FIRST_VISIT_LIMIT


def test_comments_are_not_sent_and_every_line_stays_where_it_was() -> None:
    script = b"// what\nconst a = 1; // kept\n/**\n * types\n */\nlet c = /** @type {A} */ (a);\n"
    sent = without_comments("a.js", script)
    assert sent == b"\nconst a = 1; // kept\n\n\n\nlet c = (a);\n"
    assert without_comments("a.svg", script) == script


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The smallest web app."""
    for folder in ("static", "styles", "templates"):
        (tmp_path / folder).mkdir()
    for name in STYLES:
        (tmp_path / "styles" / f"{name}.css").write_text(f".{name} {{}}")
    for name in ("app.html", "sw.js", "app.webmanifest"):
        (tmp_path / "templates" / name).write_text("{{ url('a.js') }}")
    (tmp_path / "static" / "a.js").write_text("1")
    return tmp_path


def test_any_change_gives_every_file_another_address(tree: Path) -> None:
    before = Assets(tree, {}, frozenset())
    after = Assets(tree, {"b.json": b"{}"}, frozenset())
    assert before.url("a.js") != after.url("a.js")
    assert after.page("app.html").body.decode() == after.url("a.js")


def test_a_template_that_names_a_missing_file_stops_the_start(tree: Path) -> None:
    (tree / "templates" / "app.html").write_text("{{ url('missing.js') }}")
    with pytest.raises(KeyError, match=r"missing\.js"):
        Assets(tree, {}, frozenset())


def test_every_style_sheet_is_served() -> None:
    assert {path.stem for path in (web_root() / "styles").glob("*.css")} == set(STYLES)

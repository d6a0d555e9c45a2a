"""The first visit: how many bytes the web app's page and everything that it and its service worker list bring."""

import asyncio
import re
from pathlib import Path

from tests.bench.figures import Figure
from tests.harness.server import Server

# What a page or a worker names: the attributes of HTML, and the strings of the worker's own list.
LISTED = re.compile(r"""(?:src|href)="(/[^"]*)"|"(/static/[^"]+[^"/])\"""")
PAGES = ("/", "/sw.js")


async def measure(folder: Path) -> list[Figure]:
    server = Server(folder / "visit")
    await server.start()
    try:
        sizes = await visit(server)
    finally:
        await server.close()
    largest = sorted(sizes, key=lambda path: -sizes[path])[:3]
    names = ", ".join(f"{path.rpartition('/')[2] or 'the page'} {sizes[path] / 1000:.1f} kB" for path in largest)
    return [
        Figure(
            "first visit of the web app",
            sum(sizes.values()) / 1000,
            "kB",
            target=100,
            at_most=True,
            beside=f"{len(sizes)} files with their headers, gzip; the largest: {names}",
        )
    ]


async def visit(server: Server) -> dict[str, int]:
    """Bytes on the wire by path; each file once, as a browser's cache has it."""
    sizes: dict[str, int] = {}
    listed: set[str] = set()
    for page in PAGES:
        async with server.request("GET", page) as answer:
            assert answer.status == 200, page
            listed |= {first or second for first, second in LISTED.findall(await answer.text())}
    for path in sorted({*PAGES, *(path for path in listed if not path.startswith("/app/"))}):
        if "apple-touch" in path:
            continue  # only iOS asks for it, when the app is put on the Home Screen
        sizes[path] = await size_of(server, path)
    return sizes


async def size_of(server: Server, path: str) -> int:
    """Of the whole answer, header included."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
    )
    answer = await reader.read(-1)
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 200 "), (path, answer[:100])
    return len(answer)

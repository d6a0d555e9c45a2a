"""The first visit: how many bytes the web app's page and everything that it and its service worker list bring."""

import asyncio
import re
from pathlib import Path

from tests.bench.figures import Figure
from tests.harness.server import Server

# What the page loads; iOS asks for the touch icon only when the app is put on the Home Screen.
LOADED = re.compile(r'<(?:script|link(?! rel="apple-touch-icon"))\b[^>]* (?:src|href)="(/[^"]+)"')
# What the worker loads: addresses, and names behind the folder of this version.
KEPT = re.compile(r"/static/[0-9a-f]+/[^\"`]+\.\w+")
# The list that the worker fetches when it is installed; what it names elsewhere is fetched on first use.
SHELL = re.compile(r"const SHELL = \[(.*?)\];", re.DOTALL)
FOLDER = re.compile(r'STATIC = "([^"]+)"')


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
    page, worker = await text_of(server, "/"), await text_of(server, "/sw.js")
    folder, shell = FOLDER.search(worker), SHELL.search(worker)
    assert folder, "the worker names its files in another way now"
    assert shell, "the worker lists its files in another way now"
    listed = {*LOADED.findall(page), *KEPT.findall(shell[1].replace("${STATIC}", folder[1]))}
    return {path: await size_of(server, path) for path in sorted({"/", "/sw.js", *listed})}


async def text_of(server: Server, path: str) -> str:
    async with server.request("GET", path) as answer:
        assert answer.status == 200, path
        return str(await answer.text())


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

"""A child that is the least an aiohttp server can be: it reads the body and answers with the same JSON."""

import asyncio

import msgspec
import uvloop
from aiohttp import web

from tests.bench.child import orders, say


async def answer(request: web.Request) -> web.Response:
    body = await request.read()
    message = {
        "id": "HJprELuHPbNB",
        "time": 1_795_471_744,
        "expires": 1_798_063_744,
        "event": "message",
        "topic": request.match_info["topic"],
        "message": body.decode(),
    }
    return web.Response(body=msgspec.json.encode(message) + b"\n", content_type="application/json")


async def main() -> None:
    application = web.Application()
    application.router.add_post("/{topic}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    server = await asyncio.get_running_loop().create_server(runner.server, "127.0.0.1", 0)  # type: ignore[arg-type]
    say(port=server.sockets[0].getsockname()[1])
    async for _ in orders():
        pass
    server.close()
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(main())

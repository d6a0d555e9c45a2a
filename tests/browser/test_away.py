"""Nothing is lost while the browser, the push service or the server is away, and nothing rings twice."""

import pytest

from tests.harness.server import Server

from .app import App
from .browser import Browser
from .lab import PushService
from .ledger import wait_for_deliveries

pytestmark = [pytest.mark.browser, pytest.mark.long]


async def test_a_browser_that_was_away_gets_its_messages_when_it_is_back(
    app: App, browser: Browser, push: PushService, server: Server
) -> None:
    await app.subscribe("alerts")
    await browser.away()
    first = await server.publish("alerts", "one")
    second = await server.publish("alerts", "two")
    await wait_for_deliveries(server, second, lambda said: said["delivered"] == 1)
    assert (await server.get(f"/v1/messages/{first['id']}/deliveries"))["received"] == 0
    await browser.back()
    await wait_for_deliveries(server, first, lambda said: said["shown"] == 1)
    await wait_for_deliveries(server, second, lambda said: said["shown"] == 1)
    await app.open("/alerts")
    await browser.wait_for_notifications("one", "two")
    await app.wait_for_rows_in_any_order("one", "two")


async def test_a_push_service_out_of_order_only_delays(
    app: App, browser: Browser, push: PushService, server: Server
) -> None:
    await app.subscribe("alerts")
    push.endpoints.refuse(503, retry_after_s=1)
    sent = await server.publish("alerts", "patience")
    await wait_for_deliveries(server, sent, lambda said: said["devices"] and said["devices"][0]["attempts"] == 1)
    push.endpoints.accept()
    await browser.wait_for_notifications("patience", limit_s=30)
    await wait_for_deliveries(server, sent, lambda said: said["shown"] == 1)


async def test_a_server_killed_right_after_its_200_still_rings(
    app: App, browser: Browser, push: PushService, server: Server
) -> None:
    await app.subscribe("alerts")
    push.endpoints.refuse(503, retry_after_s=1)
    sent = await server.publish("alerts", "survivor")
    await server.kill()
    push.endpoints.accept()
    await server.start()
    await browser.wait_for_notifications("survivor", limit_s=30)
    await wait_for_deliveries(server, sent, lambda said: said["shown"] == 1)


async def test_the_page_shows_messages_live(app: App, browser: Browser, server: Server) -> None:
    await app.subscribe("alerts")
    await app.wait_for_link("live")
    for text in ("one", "two", "three"):
        await server.publish("alerts", text)
    await app.wait_for_rows("three", "two", "one")


async def test_a_page_that_lost_its_server_misses_nothing_and_shows_nothing_twice(
    app: App, browser: Browser, server: Server
) -> None:
    await app.subscribe("alerts")
    await app.wait_for_link("live")
    await server.publish("alerts", "before")
    await app.wait_for_rows("before")
    await server.stop()
    await app.wait_for_link("offline")
    await server.start()
    await server.publish("alerts", "after")
    await app.wait_for_rows("after", "before")
    await app.open("/alerts")
    await app.wait_for_rows("after", "before")


async def test_the_app_opens_without_its_server(app: App, browser: Browser, server: Server) -> None:
    await app.subscribe("alerts")
    await server.publish("alerts", "kept on this device")
    await app.wait_for_rows("kept on this device")
    await server.stop()
    await app.open("/alerts")
    await app.wait_for_rows("kept on this device")
    await app.wait_for_link("offline")

"""Subscriptions get lost in browsers and at push services. They come back without the user's help."""

import pytest

from tests.harness.server import Server

from .app import App
from .browser import Browser
from .lab import FirefoxLab, PushService
from .ledger import wait_for_deliveries

pytestmark = [pytest.mark.browser, pytest.mark.long]


async def test_a_dropped_subscription_is_renewed_when_the_app_is_opened(
    app: App, browser: Browser, push: PushService, server: Server
) -> None:
    await app.subscribe("alerts")
    before = await app.endpoint()
    push.endpoints.drop(before.rsplit("/", 1)[1])
    late = await server.publish("alerts", "late")
    await wait_for_deliveries(server, late, lambda said: said["gone"] == 1)
    await app.let_time_pass()
    await app.open("/alerts")
    await app.wait_until_registered(instead_of=before)
    await server.publish("alerts", "in time")
    await browser.wait_for_notifications("late", "in time")


@pytest.mark.parametrize("lab", ["firefox"], indirect=True, scope="session")
async def test_a_forgotten_firefox_subscribes_anew_while_the_app_is_closed(
    lab: FirefoxLab, app: App, browser: Browser, server: Server
) -> None:
    await app.subscribe("alerts")
    before = await app.endpoint()
    await browser.open(f"{server.url}/v1/health")
    await lab.mozilla.forget_browser()
    await app.wait_until_registered(instead_of=before)
    sent = await server.publish("alerts", "still here")
    await browser.wait_for_notifications("still here")
    await wait_for_deliveries(server, sent, lambda said: said["shown"] == 1)


async def test_a_device_that_the_server_lost_registers_again(app: App, browser: Browser, server: Server) -> None:
    await app.subscribe("alerts")
    await app.vanish_from_server()
    await app.let_time_pass()
    await app.open("/alerts")
    await app.wait_until_registered()
    await browser.put_away_notifications()
    await server.publish("alerts", "known again")
    await browser.wait_for_notifications("known again")

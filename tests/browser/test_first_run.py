"""The first minute with the app."""

import pytest

from tests.harness.server import Server

from .app import App
from .browser import Browser

pytestmark = [pytest.mark.browser, pytest.mark.long]


async def test_a_new_user_allows_and_hears_the_bell(app: App, browser: Browser) -> None:
    await app.allow()
    said = await app.ring()
    assert said.startswith("It rang, ")
    reached = await browser.evaluate(
        "[...document.querySelectorAll('.stages .reached')].map(line => line.dataset.stage)"
    )
    assert reached == ["signed", "accepted", "received", "shown"]
    assert len(await browser.notifications()) >= 1


async def test_the_way_from_nothing_to_the_first_message_has_no_errors(
    app: App, browser: Browser, server: Server
) -> None:
    await app.subscribe("alerts")
    await app.open("/alerts")
    await app.wait_for_text("Waiting for the first ring")
    await server.publish("alerts", "hello")
    await app.wait_for_text("There it is")
    await app.wait_for_rows("hello")
    assert browser.errors == []


async def test_blocked_notifications_are_explained(app: App, browser: Browser, server: Server) -> None:
    await browser.set_permission(server.url, "denied")
    await app.open()
    await browser.wait_for("document.querySelector('.advice h3')?.textContent.includes('block')")

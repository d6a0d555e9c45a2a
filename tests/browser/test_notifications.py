"""From `curl` to the screen: the real server, its web app, and a real browser."""

import pytest

from tests.harness.server import Server

from .app import App
from .browser import Browser
from .lab import PushService
from .ledger import wait_for_deliveries

pytestmark = [pytest.mark.browser, pytest.mark.long]

LONGEST = "é" * 2048  # 4096 bytes: more than any push can carry


async def test_a_published_message_rings(app: App, browser: Browser, server: Server) -> None:
    await app.subscribe("alerts")
    sent = await server.publish("alerts", "nas01: 98 %", Title="Disk full", Tags="warning", Priority="5")
    [shown] = await browser.wait_for_notifications("nas01: 98 %")
    assert shown.title == "⚠️ Disk full"
    assert shown.tag == f"alerts/{sent['id']}"
    assert (shown.data["id"], shown.data["topic"]) == (sent["id"], "alerts")


async def test_a_message_without_a_title_shows_its_topic(app: App, browser: Browser, server: Server) -> None:
    await app.subscribe("door")
    await server.publish("door", "open")
    [shown] = await browser.wait_for_notifications("open")
    assert shown.title == "door"


async def test_the_ledger_shows_the_receipt(app: App, browser: Browser, server: Server) -> None:
    await app.subscribe("alerts")
    sent = await server.publish("alerts", "did it arrive?")
    deliveries = await wait_for_deliveries(server, sent, lambda said: said["shown"] == 1)
    assert (deliveries["owed"], deliveries["delivered"], deliveries["received"]) == (1, 1, 1)
    [device] = deliveries["devices"]
    assert device["status"] == 201
    assert device["at"] <= device["received_at"] + 1
    assert device["received_at"] <= device["shown_at"]


async def test_an_update_replaces_its_notification(app: App, browser: Browser, server: Server) -> None:
    await app.subscribe("backup")
    await server.publish("backup", "50 %", X_Sequence_ID="nightly")
    await browser.wait_for_notifications("50 %")
    await server.publish("backup", "100 %", X_Sequence_ID="nightly")
    [shown] = await browser.wait_for_notifications("100 %")
    assert shown.tag == "backup/nightly"


async def test_a_delete_closes_its_notification(app: App, browser: Browser, server: Server) -> None:
    await app.subscribe("backup")
    await server.publish("backup", "running", X_Sequence_ID="nightly")
    await server.publish("backup", "another one")
    await browser.wait_for_notifications("running", "another one")
    async with server.request("DELETE", "/backup/nightly") as answer:
        assert answer.status == 200
    await browser.wait_for_notifications("another one")


async def test_a_muted_topic_is_silent_and_still_kept(app: App, browser: Browser, server: Server) -> None:
    await app.subscribe("noise", "alerts")
    await app.mute("noise")
    silent = await server.publish("noise", "psst")
    await server.publish("alerts", "loud")
    await browser.wait_for_notifications("loud")
    deliveries = await wait_for_deliveries(server, silent, lambda said: said["filtered"] == 1)
    assert deliveries["delivered"] == 0
    await app.open("/noise")
    await app.wait_for_rows("psst")


async def test_a_message_too_long_for_a_push_is_cut_on_the_screen_and_whole_on_the_page(
    app: App, browser: Browser, push: PushService, server: Server
) -> None:
    await app.subscribe("logs")
    sent = await server.publish("logs", LONGEST)
    await wait_for_deliveries(server, sent, lambda said: said["shown"] == 1)
    [shown] = await browser.notifications()
    assert len(shown.body) < len(LONGEST)
    assert LONGEST.startswith(shown.body.rstrip("…"))
    assert len(push.mailbox.accepted[-1].body) > 4000
    await app.open("/logs")
    await app.wait_for_rows(LONGEST)


async def test_a_click_opens_the_app_at_the_message(app: App, browser: Browser, server: Server) -> None:
    await app.subscribe("alerts")
    await app.open("/settings")
    sent = await server.publish("alerts", "the whole story", Title="Read me")
    await browser.wait_for_notifications("the whole story")
    await browser.click_notification("the whole story")
    await browser.wait_for(f"location.search === '?message={sent['id']}'")
    await app.wait_for_text("the whole story")
    await wait_for_deliveries(server, sent, lambda said: said["clicked"] == 1)
    await browser.wait_for_notifications()

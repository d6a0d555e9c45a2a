"""The lab itself: a page, a worker, a stand-in push service and a real browser, without the product."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from .browser import Browser
from .lab import FirefoxLab, Lab, PushService
from .site import Site, payload

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    site = Site()
    await site.start()
    yield site
    await site.stop()


@dataclass(frozen=True)
class Sender:
    """Pushes as an application server does: encrypted, signed, and along the way that the lab says."""

    lab: Lab
    site: Site
    subscription: dict[str, Any]

    @property
    def token(self) -> str:
        return str(self.subscription["endpoint"]).rsplit("/", 1)[1]

    async def push(self, text: bytes, *, ttl_s: int = 60, **headers: str) -> aiohttp.ClientResponse:
        endpoint = self.subscription["endpoint"]
        options = self.lab.server_options
        tls = ssl.create_default_context(cafile=options.get("PUSHBELL_PUSH_CA_FILE"))
        proxy = options.get("PUSHBELL_PUSH_PROXY")
        headers |= {
            "TTL": str(ttl_s),
            "Content-Encoding": "aes128gcm",
            "Authorization": self.site.authorization(endpoint[: endpoint.index("/", 8)]),
        }
        body = self.site.encrypt(self.subscription, text)
        async with (
            aiohttp.ClientSession() as session,
            session.post(endpoint, data=body, headers=headers, proxy=proxy, ssl=tls) as answer,
        ):
            await answer.read()
            return answer


@pytest_asyncio.fixture(loop_scope="session")
async def sender(lab: Lab, browser: Browser, push: PushService, site: Site) -> Sender:
    """The page is open, and its button was clicked."""
    await browser.open(site.url)
    await browser.click_named("Subscribe")
    return Sender(lab, site, await browser.wait_for("window.subscription"))


async def test_a_push_becomes_a_notification(browser: Browser, push: PushService, sender: Sender) -> None:
    answer = await sender.push(payload("Hi", "from curl", tag="a", data={"id": 1}))
    assert answer.status == 201
    assert answer.headers["TTL"] == "60"
    [shown] = await browser.wait_for_notifications("from curl")
    assert (shown.title, shown.tag, shown.data) == ("Hi", "a", {"id": 1})
    await push.mailbox.wait_until(lambda: push.mailbox.acknowledged)
    assert push.mailbox.acknowledged[0].code == 100


async def test_the_longest_payload_arrives_whole(browser: Browser, sender: Sender) -> None:
    frame = len(payload("Long"))
    text = "é" + "x" * (3993 - frame - len("\\u00e9"))
    assert len(payload("Long", text)) == 3993
    assert (await sender.push(payload("Long", text))).status == 201
    await browser.wait_for_notifications(text)


async def test_one_byte_more_is_refused(sender: Sender) -> None:
    assert (await sender.push(b"x" * 3994)).status == 413


async def test_pushes_wait_for_a_browser_that_is_away(browser: Browser, push: PushService, sender: Sender) -> None:
    await browser.away()
    assert (await sender.push(payload("One", "old", tag="one"), Topic="one")).status == 201
    assert (await sender.push(payload("One", "new", tag="one"), Topic="one")).status == 201
    assert (await sender.push(payload("Two", "two", tag="two"))).status == 201
    assert (await sender.push(payload("Never", "never"), ttl_s=0)).status == 201
    assert push.mailbox.acknowledged == []
    await browser.back()
    await push.mailbox.wait_until(lambda: len(push.mailbox.acknowledged) == 2)
    await browser.open(sender.site.url)
    await browser.wait_for_notifications("new", "two")


async def test_a_dropped_subscription_answers_410(push: PushService, sender: Sender) -> None:
    push.endpoints.drop(sender.token)
    assert (await sender.push(payload("Nobody"))).status == 410
    assert push.mailbox.accepted == []


async def test_a_service_out_of_order_says_when_to_come_back(
    browser: Browser, push: PushService, sender: Sender
) -> None:
    push.endpoints.refuse(503, retry_after_s=7)
    answer = await sender.push(payload("Later"))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")
    push.endpoints.accept()
    assert (await sender.push(payload("Now", "now", tag="now"))).status == 201
    await browser.wait_for_notifications("now")


async def test_only_the_key_that_subscribed_may_push(push: PushService, sender: Sender) -> None:
    stranger = Sender(sender.lab, Site(), sender.subscription)
    assert (await stranger.push(payload("Spam"))).status in (401, 403)
    assert "mismatch" in push.endpoints.refusals[0].reason


@pytest.mark.parametrize("lab", ["firefox"], indirect=True, scope="session")
async def test_firefox_drops_its_subscriptions_when_it_is_forgotten(
    lab: FirefoxLab, browser: Browser, sender: Sender
) -> None:
    await lab.mozilla.forget_browser()
    await browser.wait_for(
        "navigator.serviceWorker.ready.then(r => r.pushManager.getSubscription()).then(s => s === null)"
    )
    async with asyncio.timeout(10):  # the worker may be told after the page
        await sender.site.changed.wait()
    assert (await sender.push(payload("Nobody"))).status == 410


async def test_a_click_on_a_notification_reaches_its_worker(browser: Browser, sender: Sender) -> None:
    await sender.push(payload("Hi", "click me", tag="click"))
    await browser.wait_for_notifications("click me")
    await browser.click_notification("click me")
    await asyncio.wait_for(sender.site.clicked.wait(), 10)
    await browser.wait_for_notifications()


async def test_the_keyboard_types_into_a_field(browser: Browser, site: Site) -> None:
    await browser.open(site.url)
    await browser.type("#name", "Küche")
    assert await browser.evaluate("document.querySelector('#name').value") == "Küche"


async def test_a_denied_permission_is_seen_by_the_page(browser: Browser, site: Site) -> None:
    await browser.set_permission(site.url, "denied")
    await browser.open(site.url)
    assert await browser.evaluate("Notification.permission") == "denied"


async def test_a_screenshot_has_the_size_and_the_colours_asked_for(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    await browser.open(site.url)
    width = await browser.evaluate("innerWidth")
    pictures = [tmp_path / "light.png", tmp_path / "dark.png"]
    for picture in pictures:
        await browser.screenshot(picture, 390, 844, dark=picture.stem == "dark")
    light, dark = (picture.read_bytes() for picture in pictures)
    assert light != dark
    assert struct.unpack(">II", dark[16:24]) == (390, 844)  # PNG's own header
    assert await browser.evaluate("innerWidth") == width

"""Push services that are down or swallow everything: what was accepted arrives, and the others do not wait."""

import asyncio
import time
from statistics import median

import pytest

from tests.chaos.books import read_books
from tests.harness.answers import accept, answer, reset, silent
from tests.harness.device import AppDevice, message_of
from tests.harness.push_service import PushService
from tests.harness.server import Server


async def test_what_a_push_service_refused_for_a_moment_arrives_in_order(server, device, push_service):
    devices = [await device(f"Phone {number}").subscribe("door") for number in range(3)]
    for each in devices:
        each.phone.answer_with(answer(503), accept)
    sent = [(await server.publish("door", f"{number}"))["id"] for number in range(10)]
    await push_service.until(lambda: all(len(each.phone.pushes) == 1 + len(sent) for each in devices))
    assert [ids(each) for each in devices] == [sent] * 3
    await server.stop()
    assert_delivered(server, 3 * len(sent))


@pytest.mark.long
@pytest.mark.parametrize("behaviour", [reset, answer(500)], ids=["broken connections", "500"])
async def test_after_an_outage_everything_arrives(behaviour, server, device, push_service):
    devices = [await device(f"Phone {number}").subscribe("door") for number in range(3)]
    push_service.answer_with(behaviour)
    sent = []
    for number in range(100):
        sent.append((await server.publish("door", f"{number}"))["id"])
        await asyncio.sleep(0.1)
    attempts = len(push_service.attempts)
    push_service.answer_with(accept)
    back_at = time.monotonic()
    await push_service.until(lambda: all(set(sent) <= set(ids(each)) for each in devices), timeout_s=60)
    took_s = time.monotonic() - back_at
    await server.stop()
    assert_delivered(server, 3 * len(sent))
    print(f"10 s outage: {attempts} attempts meanwhile, all {3 * len(sent)} there {took_s:.1f} s after its end")


async def test_a_black_hole_does_not_delay_another_push_service(tmp_path):
    async with PushService() as healthy, PushService() as hole:
        server = Server(tmp_path / "data", PUSHBELL_PUSH_ALLOWED_SERVICES=f"{healthy.origin},{hole.origin}")
        await server.start()
        try:
            await compare(server, healthy, hole)
        finally:
            await server.kill()
            await server.close()


async def compare(server, healthy, hole):
    there = await AppDevice(server, healthy).subscribe("door")
    before_s = await delays(server, there)
    swallowed = [await AppDevice(server, hole).subscribe("door") for _ in range(20)]
    hole.answer_with(silent)
    with_hole_s = await delays(server, there)
    await hole.until(lambda: len(hole.attempts) > len(swallowed))
    print(
        f"publish to push: median {median(before_s) * 1000:.1f} ms, worst {max(before_s) * 1000:.1f} ms; "
        f"beside a black hole {median(with_hole_s) * 1000:.1f} and {max(with_hole_s) * 1000:.1f} ms, "
        f"{len(hole.attempts) - len(swallowed)} pushes swallowed"
    )
    assert max(with_hole_s) < 1.0, "its pushes time out after 10 s"


async def delays(server, device: AppDevice) -> list[float]:
    """From the publish to the push, one message after the other."""
    found = []
    for number in range(30):
        began_at = time.time()
        await server.publish("door", f"{number}")
        found.append((await device.phone.next_push()).at - began_at)
    return found


def ids(device: AppDevice) -> list[str]:
    """Of the messages that it got, in the order of their pushes; the activation has none."""
    return [message["id"] for push in device.phone.pushes if "id" in (message := message_of(push))]


def assert_delivered(server, count):
    books = read_books(server)
    assert books.faults() == []
    assert (books.accepted, books.pending, books.states) == (count, 0, {"delivered": count})

"""Encryption against the example of RFC 8291 and against http_ece, the library that browsers' authors test with."""

import base64
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from pushbell.deliver.encrypt import MAX_PLAINTEXT, KeyWindow, Sealer, check_keys
from tests.harness.clock import ManualClock
from tests.harness.inspection import open_body


class Receiver:
    """A browser's keys."""

    def __init__(self) -> None:
        self.private_key = ec.generate_private_key(ec.SECP256R1())
        self.p256dh = self.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.auth = secrets.token_bytes(16)

    def open(self, body: bytes) -> bytes:
        return open_body(body, self.private_key, self.auth)


RECEIVER = Receiver()


def from_text(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sender_point(body: bytes) -> bytes:
    return body[21:86]


def test_the_example_of_rfc_8291_section_5_comes_out_byte_for_byte() -> None:
    private = int.from_bytes(from_text("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = Sealer(ec.derive_private_key(private, ec.SECP256R1())).seal(
        b"When I grow up, I want to be a watermelon",
        from_text("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        from_text("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=from_text("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert body == from_text(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
        "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("size", [0, 1, 300, 3993])
def test_a_browser_reads_what_was_sealed(size: int) -> None:
    plaintext = secrets.token_bytes(size)
    body = Sealer().seal(plaintext, RECEIVER.p256dh, RECEIVER.auth)
    assert RECEIVER.open(body) == plaintext
    assert len(body) == size + 103


@given(st.binary(max_size=MAX_PLAINTEXT))
def test_any_plaintext_survives(plaintext: bytes) -> None:
    assert RECEIVER.open(Sealer().seal(plaintext, RECEIVER.p256dh, RECEIVER.auth)) == plaintext


def test_a_plaintext_that_does_not_fit_one_record_is_refused() -> None:
    with pytest.raises(ValueError, match="3994 bytes"):
        Sealer().seal(bytes(3994), RECEIVER.p256dh, RECEIVER.auth)


def test_receivers_of_one_message_share_the_senders_key_and_nothing_else() -> None:
    other, sealer = Receiver(), Sealer(remember=10)
    first, second = (sealer.seal(b"same", each.p256dh, each.auth) for each in (RECEIVER, other))
    assert sender_point(first) == sender_point(second)
    assert first[:16] != second[:16]
    with pytest.raises(ValueError, match="decrypted"):
        other.open(first)


def test_a_remembered_agreement_gives_a_new_salt_and_content_key_each_time() -> None:
    sealer = Sealer(remember=10)
    bodies = [sealer.seal(b"same", RECEIVER.p256dh, RECEIVER.auth) for _ in range(50)]
    assert len({body[:16] for body in bodies}) == len({body[86:] for body in bodies}) == 50
    assert {RECEIVER.open(body) for body in bodies} == {b"same"}


def test_two_devices_with_the_same_point_but_another_auth_secret_are_not_confused() -> None:
    sealer, twin = Sealer(remember=10), Receiver()
    twin.private_key, twin.p256dh = RECEIVER.private_key, RECEIVER.p256dh
    sealer.seal(b"warm", RECEIVER.p256dh, RECEIVER.auth)
    assert twin.open(sealer.seal(b"mine", twin.p256dh, twin.auth)) == b"mine"


def test_a_key_window_lends_one_key_until_it_ends() -> None:
    clock = ManualClock()
    window = KeyWindow(clock, life_s=3600)
    before = window.sealer().seal(b"", RECEIVER.p256dh, RECEIVER.auth)
    clock.advance(3599)
    within = window.sealer().seal(b"", RECEIVER.p256dh, RECEIVER.auth)
    clock.advance(1)
    after = window.sealer().seal(b"", RECEIVER.p256dh, RECEIVER.auth)
    assert sender_point(before) == sender_point(within) != sender_point(after)
    assert RECEIVER.open(after) == b""


def test_a_browsers_keys_are_good() -> None:
    check_keys(RECEIVER.p256dh, RECEIVER.auth)


@pytest.mark.parametrize(
    ("p256dh", "auth", "fault"),
    [
        (RECEIVER.p256dh, b"", "auth"),
        (RECEIVER.p256dh, bytes(15), "auth"),
        (RECEIVER.p256dh, bytes(17), "auth"),
        (b"", bytes(16), "65 bytes"),
        (RECEIVER.p256dh[:-1], bytes(16), "65 bytes"),
        (RECEIVER.p256dh + b"\x00", bytes(16), "65 bytes"),
        (b"\x02" + RECEIVER.p256dh[1:33], bytes(16), "65 bytes"),  # the compressed form of the same point
        (b"\x03" + RECEIVER.p256dh[1:], bytes(16), "65 bytes"),
        (b"\x04" + bytes(64), bytes(16), "P-256"),
        (b"\x04" + b"\xff" * 64, bytes(16), "P-256"),
        (RECEIVER.p256dh[:-1] + bytes([RECEIVER.p256dh[-1] ^ 1]), bytes(16), "P-256"),
    ],
)
def test_keys_that_no_browser_gives_are_refused(p256dh: bytes, auth: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        check_keys(p256dh, auth)

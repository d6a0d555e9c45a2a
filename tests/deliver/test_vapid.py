"""The Authorization header: what it says, how long it is kept, and the file its key lives in."""

import json
import stat
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from pushbell.deliver import key_file
from pushbell.deliver.key_file import KeyFileError
from pushbell.deliver.vapid import MAX_ORIGINS, VapidKeys
from tests.harness.clock import ManualClock
from tests.harness.inspection import faults_in_vapid, vapid_key

MOZILLA = "https://updates.push.services.mozilla.com"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def keys(key_path: Path, clock: ManualClock) -> VapidKeys:
    return VapidKeys.open(key_path, "mailto:ops@pushbell.net", clock)


def claims(header: str) -> dict[str, Any]:
    payload = header.removeprefix("vapid t=").split(".")[1]
    return dict(json.loads(urlsafe_b64decode(payload + "==")))


@pytest.mark.parametrize("origin", [MOZILLA, "http://127.0.0.1:9100", "http://[::1]:9100"])
def test_the_header_is_what_a_push_service_wants(keys: VapidKeys, clock: ManualClock, origin: str) -> None:
    header = keys.authorization(origin)
    assert list(faults_in_vapid(header, origin, clock.now())) == []
    assert claims(header) == {"aud": origin, "exp": 1_800_043_200, "sub": "mailto:ops@pushbell.net"}
    assert vapid_key(header) == keys.public_key


def test_without_a_contact_there_is_no_sub(key_path: Path, clock: ManualClock) -> None:
    assert "sub" not in claims(VapidKeys.open(key_path, None, clock).authorization(MOZILLA))


def test_the_public_key_is_an_uncompressed_point_in_base64url_without_padding(keys: VapidKeys) -> None:
    assert len(keys.public_key) == 87
    assert urlsafe_b64decode(keys.public_key + "=")[0] == 4


def test_a_header_is_kept_for_half_of_its_life(keys: VapidKeys, clock: ManualClock) -> None:
    first = keys.authorization(MOZILLA)
    clock.advance(6 * 3600 - 1)
    assert keys.authorization(MOZILLA) == first
    clock.advance(1)
    assert claims(keys.authorization(MOZILLA))["exp"] == claims(first)["exp"] + 6 * 3600


def test_every_push_service_gets_its_own_header(keys: VapidKeys) -> None:
    assert claims(keys.authorization("https://web.push.apple.com"))["aud"] == "https://web.push.apple.com"
    assert claims(keys.authorization(MOZILLA))["aud"] == MOZILLA


def test_a_refused_header_is_signed_anew(keys: VapidKeys, clock: ManualClock) -> None:
    first = keys.authorization(MOZILLA)
    clock.advance(3600)
    assert keys.forget(MOZILLA)
    assert keys.authorization(MOZILLA) != first


def test_a_header_that_was_signed_within_the_hour_is_not_to_blame(keys: VapidKeys, clock: ManualClock) -> None:
    first = keys.authorization(MOZILLA)
    clock.advance(3599)
    assert not keys.forget(MOZILLA)
    assert keys.authorization(MOZILLA) == first


def test_a_header_signed_while_the_clock_was_ahead_is_not_used_after_it_was_set_right(
    keys: VapidKeys, clock: ManualClock
) -> None:
    ahead = keys.authorization(MOZILLA)
    clock.wall_s -= 86_400
    assert claims(keys.authorization(MOZILLA))["exp"] == claims(ahead)["exp"] - 86_400


def test_many_push_services_do_not_fill_the_memory(keys: VapidKeys) -> None:
    first = keys.authorization("https://wns2-0.notify.windows.com")
    for number in range(1, MAX_ORIGINS):
        keys.authorization(f"https://wns2-{number}.notify.windows.com")
    assert keys.authorization("https://wns2-0.notify.windows.com") == first
    keys.authorization(f"https://wns2-{MAX_ORIGINS}.notify.windows.com")
    assert keys.authorization("https://wns2-0.notify.windows.com") != first


def test_the_key_file_is_made_once_for_the_owner_alone(key_path: Path, clock: ManualClock) -> None:
    first = VapidKeys.open(key_path, None, clock)
    pem = key_path.read_bytes()
    assert stat.S_IMODE(key_path.stat().st_mode) == 0o600
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----")
    assert VapidKeys.open(key_path, None, clock).public_key == first.public_key
    assert key_path.read_bytes() == pem


def pem_of(key: Any, password: str = "") -> bytes:
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))


P256 = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a key",
        pem_of(P256)[:120],
        pem_of(P256, "secret"),
        pem_of(ec.generate_private_key(ec.SECP384R1())),
        pem_of(rsa.generate_private_key(65537, 2048)),
    ],
    ids=["empty", "garbage", "cut", "encrypted", "P-384", "RSA"],
)
def test_a_file_that_holds_no_vapid_key_is_an_error_and_stays_as_it_is(
    key_path: Path, clock: ManualClock, content: bytes
) -> None:
    key_path.write_bytes(content)
    key_path.chmod(0o600)
    with pytest.raises(KeyFileError, match=str(key_path)):
        VapidKeys.open(key_path, None, clock)
    assert key_path.read_bytes() == content


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_may_read_is_an_error(key_path: Path, clock: ManualClock, mode: int) -> None:
    key_path.write_bytes(pem_of(P256))
    key_path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        VapidKeys.open(key_path, None, clock)


def test_a_directory_in_place_of_the_key_is_an_error(key_path: Path, clock: ManualClock) -> None:
    key_path.mkdir()
    with pytest.raises(KeyFileError):
        VapidKeys.open(key_path, None, clock)


def test_a_missing_data_directory_is_an_error(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(KeyFileError, match="cannot create"):
        VapidKeys.open(tmp_path / "missing" / "vapid.pem", None, clock)


def test_a_key_that_another_process_made_in_the_meantime_is_not_overwritten(key_path: Path) -> None:
    key_path.write_bytes(pem_of(P256))
    with pytest.raises(KeyFileError, match="cannot create"):
        key_file._create(key_path)
    assert key_path.read_bytes() == pem_of(P256)


def test_a_dangling_link_is_not_followed(key_path: Path, tmp_path: Path, clock: ManualClock) -> None:
    key_path.symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(KeyFileError):
        VapidKeys.open(key_path, None, clock)
    assert not (tmp_path / "elsewhere.pem").exists()

"""Who is to be told: devices register, prove that they receive, report, heal and leave (docs/api.md)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from pushbell.clock import Clock
from pushbell.config import Limits
from pushbell.deliver.encrypt import check_keys
from pushbell.deliver.endpoints import EndpointPolicy
from pushbell.errors import NOT_FOUND, PUSH_SUBSCRIPTION_INVALID, TOO_MANY_DEVICES, TOO_MANY_TOPICS
from pushbell.ids import fingerprint, token
from pushbell.store import Device, DeviceKind, Devices, DeviceState, Subscription
from pushbell.topic import check_topic

_SECRET = re.compile(r"[-_A-Za-z0-9]{22,64}")  # 22 characters carry 128 bits
LONGEST_NAME = 64
MOST_NTFY_TOPICS = 50


class Keys(msgspec.Struct, frozen=True):
    """A browser's keys in base64url."""

    p256dh: str
    auth: str


class Settings(msgspec.Struct, frozen=True, omit_defaults=False):
    """A device's settings for one topic."""

    min_priority: int = 1
    muted_until: int = 0


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `PUT /v1/devices/{id}`. `topics` None leaves the list as it is."""

    endpoint: str
    keys: Keys
    vapid_key: str | None = None
    name: str | None = None
    topics: dict[str, Settings] | None = None


class Herald(Protocol):
    """Makes ready for a device, and sends the push that lets it prove itself."""

    def prepare(self, device: Device) -> None:
        """Whatever can be done before its first push."""

    def announce(self, device: Device, activation: str) -> None:
        """Push the activation token soon; returns at once."""


class Registry:
    """The rules of registering. The store keeps, the herald calls."""

    def __init__(
        self, devices: Devices, policy: EndpointPolicy, herald: Herald, public_key: str, limits: Limits, clock: Clock
    ) -> None:
        self._devices, self._policy, self._herald = devices, policy, herald
        self._public_key, self._limits, self._clock = public_key, limits, clock

    async def register(self, device_id: str, secret: str, wanted: Registration, origin: str) -> Device:
        """Insert or renew. Raises ApiError; 40401 if the device exists and the secret is not its own."""
        if not (_SECRET.fullmatch(device_id) and _SECRET.fullmatch(secret)):
            raise PUSH_SUBSCRIPTION_INVALID.because("device ID and secret take 22 to 64 of A-Z a-z 0-9 - _")
        if wanted.vapid_key not in (None, self._public_key):
            raise PUSH_SUBSCRIPTION_INVALID.because("it was made for another server's key: unsubscribe, then anew")
        device = self._device(device_id, wanted.endpoint, wanted.keys)
        topics = None if wanted.topics is None else self.check_topics(wanted.topics)
        known = await self._devices.device(device_id)
        if known is not None and not hmac.compare_digest(known.secret, fingerprint(secret)):
            raise NOT_FOUND
        await self._check_room(known, device)
        name = (wanted.name or (known.name if known else "") or "")[:LONGEST_NAME]
        device = msgspec.structs.replace(
            device, secret=fingerprint(secret), name=name, origin=origin, vapid_key=self._public_key
        )
        return await self._put(device, known, topics)

    async def _put(self, device: Device, known: Device | None, topics: Sequence[Subscription] | None) -> Device:
        if known is not None and known.state is not DeviceState.PENDING:  # it has proved itself before
            self._herald.prepare(device)
            return await self._devices.put_device(msgspec.structs.replace(device, state=DeviceState.ACTIVE), topics)
        activation = token()
        pending = msgspec.structs.replace(device, activation=fingerprint(activation))
        stored = await self._devices.put_device(pending, topics)
        self._herald.announce(stored, activation)
        return stored

    async def activate(self, device: Device, activation: str) -> None:
        """The worker received the token: the whole way works. Raises ApiError 40401 for a wrong one."""
        if device.state is not DeviceState.PENDING:
            return
        if not hmac.compare_digest(device.activation, fingerprint(activation)):
            raise NOT_FOUND
        await self._devices.activate_device(device.id)

    async def subscribe(self, device: Device, topic: str, settings: Settings) -> Subscription:
        """Follow a topic, or change the settings. Raises ApiError 40040."""
        [subscription] = self.check_topics({topic: settings})
        held = await self._devices.subscriptions(device.id)
        if len(held) >= self._limits.topics_per_device and topic not in {other.topic for other in held}:
            raise TOO_MANY_TOPICS
        await self._devices.put_subscription(device.id, subscription)
        return subscription

    async def register_ntfy(self, endpoint: str, keys: Keys, topics: Sequence[str]) -> None:
        """What ntfy's own web app sends: active at once, its topics replaced as a whole."""
        if len(topics) > MOST_NTFY_TOPICS:
            raise TOO_MANY_TOPICS
        subscriptions = self.check_topics(dict.fromkeys(topics, Settings()))
        digest = hashlib.sha256(endpoint.encode()).digest()
        device_id = "ntfy-" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        device = self._device(device_id, endpoint, keys)
        known = await self._devices.device(device_id)
        await self._check_room(known, device)
        device = msgspec.structs.replace(device, kind=DeviceKind.NTFY, state=DeviceState.ACTIVE, name="ntfy web app")
        self._herald.prepare(device)
        await self._devices.put_device(device, subscriptions)

    async def unregister_ntfy(self, endpoint: str) -> None:
        """Remove such a device, known or not. Ours have a secret, and leave only by it."""
        device = await self._devices.device_by_endpoint(endpoint)
        if device is not None and device.kind is DeviceKind.NTFY:
            await self._devices.remove_device(device.id)

    def check_topics(self, topics: Mapping[str, Settings]) -> list[Subscription]:
        """As subscriptions, with settings brought into range."""
        if len(topics) > self._limits.topics_per_device:
            raise TOO_MANY_TOPICS
        return [
            Subscription(
                topic=check_topic(topic),
                min_priority=min(max(settings.min_priority, 1), 5),
                muted_until=min(max(settings.muted_until, 0), 2**53),
            )
            for topic, settings in topics.items()
        ]

    def _device(self, device_id: str, endpoint: str, keys: Keys) -> Device:
        service = self._policy.service_of(endpoint)
        p256dh, auth = decode_key(keys.p256dh), decode_key(keys.auth)
        try:
            check_keys(p256dh, auth)
        except ValueError as error:
            raise PUSH_SUBSCRIPTION_INVALID.because(str(error)) from error
        now = int(self._clock.now())
        return Device(
            id=device_id, endpoint=endpoint, service=service, p256dh=p256dh, auth=auth, created_at=now, seen_at=now
        )

    async def _check_room(self, known: Device | None, device: Device) -> None:
        """An endpoint moves to another registration only with the same keys, which a stranger cannot know."""
        holder = await self._devices.device_by_endpoint(device.endpoint)
        if holder is not None and holder.id != device.id:
            same_keys = hmac.compare_digest(holder.p256dh + holder.auth, device.p256dh + device.auth)
            if not same_keys or device.id.startswith("ntfy-"):
                raise PUSH_SUBSCRIPTION_INVALID.because("the endpoint belongs to another registration")
        if known is None and holder is None and await self._devices.count_devices() >= self._limits.devices:
            raise TOO_MANY_DEVICES


def decode_key(text: str) -> bytes:
    """base64 in either alphabet, padded or not. Raises ApiError 40038."""
    unpadded = text.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise PUSH_SUBSCRIPTION_INVALID.because("the keys are not base64url") from error

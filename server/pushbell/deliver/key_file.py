"""The file that holds the server's VAPID key pair (PEM).

Every subscription is bound to this key for ever, so the file is made once and never replaced: if it cannot be used,
the server says so and does not start.
"""

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key


class KeyFileError(Exception):
    """The key file cannot be used; the text says why and what to do."""


def open_key_file(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read the private key, or make it if there is no such file. Raises KeyFileError."""
    try:
        return _parse(path, _read(path))
    except FileNotFoundError:
        return _create(path)
    except OSError as error:
        raise KeyFileError(f"cannot read the VAPID key {path}: {error.strerror}") from None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise KeyFileError(f"the VAPID key {path} is not a file")
        if status.st_mode & 0o077:
            raise KeyFileError(f"others can read the VAPID key {path}: run chmod 600 on it")
        return file.read(65_536)


def _parse(path: Path, pem: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileError(
            f"{path} does not hold a VAPID key: restore it from a backup, or remove it if it was never used"
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError(f"{path} holds a key that is not on the curve P-256")
    return key


def _create(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        _write_durably(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except OSError as error:
        raise KeyFileError(f"cannot create the VAPID key {path}: {error.strerror}") from None
    return key


def _write_durably(path: Path, content: bytes) -> None:
    """A key that a browser has seen must survive a power cut, so file and directory are synced."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)

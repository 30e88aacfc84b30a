"""A self-signed certificate for localhost, made with nothing but the standard library."""

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

__all__ = ["make_certificate"]

# The curve P-256: its field, its order, its base point.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None

SEQUENCE, SET, INTEGER, BITS, OCTETS, TEXT, TIME = 0x30, 0x31, 2, 3, 4, 12, 23
CURVE = bytes.fromhex("06082a8648ce3d030107")
EC_KEY = bytes.fromhex("06072a8648ce3d0201")
SIGNED_WITH = bytes.fromhex("300a06082a8648ce3d040302")
COMMON_NAME, ALTERNATIVE_NAME = bytes.fromhex("0603550403"), bytes.fromhex("0603551d11")


def _sum(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if one[1] != other[1]:
            return None
        slope = (3 * one[0] ** 2 - 3) * pow(2 * one[1], -1, P) % P
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P) % P
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def _times(number: int, point: Point = G) -> tuple[int, int]:
    found: Point = None
    while number:
        if number & 1:
            found = _sum(found, point)
        point, number = _sum(point, point), number >> 1
    assert found
    return found


def _der(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    size = len(body)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + body


def _integer(number: int) -> bytes:
    return _der(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _signature(content: bytes, key: int) -> bytes:
    once = secrets.randbelow(N - 1) + 1
    r = _times(once)[0] % N
    s = pow(once, -1, N) * (int.from_bytes(hashlib.sha256(content).digest(), "big") + r * key) % N
    return _der(BITS, b"\0", _der(SEQUENCE, _integer(r), _integer(s)))


def _pem(path: Path, label: str, content: bytes) -> Path:
    text = base64.encodebytes(content).decode()
    path.write_text(f"-----BEGIN {label}-----\n{text}-----END {label}-----\n", encoding="ascii")
    return path


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for localhost that holds for a day, and its key, into `folder`; their paths."""
    key = secrets.randbelow(N - 1) + 1
    x, y = _times(key)
    point = _der(BITS, b"\0\4", x.to_bytes(32, "big"), y.to_bytes(32, "big"))
    name = _der(SEQUENCE, _der(SET, _der(SEQUENCE, COMMON_NAME, _der(TEXT, b"localhost"))))
    now = datetime.now(UTC)
    days = [_der(TIME, f"{now + timedelta(days=each):%y%m%d%H%M%SZ}".encode()) for each in (-1, 1)]
    names = _der(SEQUENCE, ALTERNATIVE_NAME, _der(OCTETS, _der(SEQUENCE, _der(0x82, b"localhost"))))
    told = _der(
        SEQUENCE,
        _der(0xA0, _integer(2)),
        _integer(secrets.randbits(63)),
        SIGNED_WITH,
        name,
        _der(SEQUENCE, *days),
        name,
        _der(SEQUENCE, _der(SEQUENCE, EC_KEY, CURVE), point),
        _der(0xA3, _der(SEQUENCE, names)),
    )
    certificate = _der(SEQUENCE, told, SIGNED_WITH, _signature(told, key))
    own = _der(SEQUENCE, _integer(1), _der(OCTETS, key.to_bytes(32, "big")), _der(0xA0, CURVE), _der(0xA1, point))
    return _pem(folder / "certificate.pem", "CERTIFICATE", certificate), _pem(
        folder / "key.pem", "EC PRIVATE KEY", own
    )

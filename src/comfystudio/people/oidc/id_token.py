"""ID tokens: who signed them, for whom, for which sign-in, and until when."""

from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key

from comfystudio.people.oidc.faults import ProviderFault, WrongToken

__all__ = ["ALGORITHMS", "UnknownKey", "check", "read_keys"]

# Signatures that only the provider can make. None made with the client's secret, and never "none".
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
LEEWAY = 60
LONGEST_SUBJECT = 255
MOST_KEYS = 100


class UnknownKey(WrongToken):
    """Signed with a key that is not among those we know: the provider may have changed it."""


def read_keys(found: Mapping[str, Any]) -> KeySet:
    """The keys in a JWK set that can check a signature; those that nobody can read are left out."""
    listed = found.get("keys")
    keys: list[Key] = []
    for each in listed[:MOST_KEYS] if isinstance(listed, list) else []:
        if not isinstance(each, dict) or each.get("kty") not in {"RSA", "EC", "OKP"} or each.get("use") == "enc":
            continue
        try:
            keys.append(import_key(each))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    if not keys:
        raise ProviderFault("the provider has no key that checks a signature")
    return KeySet(keys)


def check(
    raw: Any, keys: KeySet, *, issuer: str, client_id: str, nonce: str, access: Any, now: float
) -> dict[str, Any]:
    """The claims of the ID token `raw`, `now` in seconds since the epoch; raises `WrongToken` or `UnknownKey`."""
    if not isinstance(raw, str) or not raw.isascii():
        raise WrongToken("there is no ID token")
    try:
        token = jwt.decode(raw, keys, algorithms=list(ALGORITHMS))
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            {"nonce": nonce, "client_id": client_id, "access_token": access if isinstance(access, str) else None},
        )
        claims.validate(int(now), LEEWAY)
    except InvalidKeyIdError:
        raise UnknownKey("the key is not known") from None
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise WrongToken(f"{type(error).__name__}: {error}"[:200]) from None
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise WrongToken("the subject is missing or too long")
    return dict(claims)

"""Providers that lie, change, stall or answer nonsense: nobody enters, and the studio goes on."""

import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comfystudio.errors import StudioError
from comfystudio.people.oidc import OidcSignIn
from comfystudio.people.oidc.faults import ProviderFault, WrongToken
from comfystudio.people.oidc.id_token import check, read_keys
from comfystudio.people.oidc.transport import LARGEST, may_ask
from tests.certificate import make_certificate
from tests.people.conftest import HOME
from tests.people.oidc.conftest import REDIRECT, SILENCE, Makes
from tests.people.oidc.provider import CLIENT, ProviderDouble, key, served
from tests.people.oidc.test_sign_in import journey, refusal

NOW = int(time.time())
EVIL = "https://evil.example/realms/studio"


WRONG: tuple[dict[str, Any], ...] = (
    {"iss": EVIL},
    {"iss": None},
    {"aud": "another client"},
    {"aud": None},
    {"aud": []},
    {"aud": [CLIENT, "another client"]},
    {"aud": [CLIENT, "another client"], "azp": "another client"},
    {"azp": "another client"},
    {"nonce": "of another sign-in"},
    {"nonce": None},
    {"exp": NOW - 120},
    {"exp": None},
    {"exp": "tomorrow"},
    {"exp": {}},
    {"iat": NOW + 3600},
    {"iat": None},
    {"nbf": NOW + 3600},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sub": "x" * 256},
    {"at_hash": "of another token"},
)


async def test_a_token_that_is_not_for_this_sign_in_proves_nothing(
    oidc: OidcSignIn, provider: ProviderDouble
) -> None:
    """Every claim that binds a token to the provider, the studio, the moment and the browser is checked."""
    for provider.claims in WRONG:
        error = await refusal(oidc, provider)
        assert (error.key, error.status) == ("people.oidc_wrong", 401), provider.claims
    provider.claims = {}
    assert await journey(oidc, provider)


async def test_a_token_may_name_several_and_be_a_little_late(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """A list of audiences with ours as the asking party is good, and clocks may differ by a minute."""
    late = int(time.time()) - 30
    for claims in ({"aud": [CLIENT]}, {"aud": [CLIENT, "other"], "azp": CLIENT}, {"exp": late}):
        provider.claims = dict(claims)
        assert await journey(oidc, provider)


async def test_only_the_provider_itself_can_sign(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """No signature, and one made with what everybody knows, are none."""
    for provider.algorithm in ("none", "HS256", "HS512"):
        assert (await refusal(oidc, provider)).key == "people.oidc_wrong"


async def test_a_signature_by_another_key_is_none(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """A token that names the right key and was signed with another one is refused."""
    whole = provider.id_token

    def forged(nonce: str, access: str, account: dict[str, Any]) -> str:
        header, payload, _ = whole(nonce, access, account).split(".")
        provider.kid = "stranger"
        signature = whole(nonce, access, account).rpartition(".")[2]
        provider.kid = "first"
        return f"{header}.{payload}.{signature}"

    provider.id_token = forged  # type: ignore[method-assign]
    assert (await refusal(oidc, provider)).key == "people.oidc_wrong"


async def test_the_provider_changes_its_key(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """A new key is asked for once and taken; a key that the provider does not publish is not."""
    await journey(oidc, provider)
    provider.kid, provider.published = "second", ("first", "second")
    await journey(oidc, provider)
    assert provider.asked.count("jwks") == 2
    provider.kid = "stranger"
    assert (await refusal(oidc, provider)).key == "people.oidc_wrong"
    provider.kid = "second"
    await journey(oidc, provider)


ODD: tuple[dict[str, Any], ...] = (
    {"issuer": EVIL},
    {"issuer": None},
    {"token_endpoint": None},
    {"token_endpoint": "http://192.0.2.1/token"},
    {"jwks_uri": "file:///etc/passwd"},
    {"jwks_uri": 7},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"authorization_endpoint": "https://user@evil.example/"},
    {"userinfo_endpoint": "http://[::1"},
)


async def test_a_provider_that_names_odd_addresses_is_not_used(makes: Makes, provider: ProviderDouble) -> None:
    """Another issuer, and endpoints that are missing, in the clear or no web addresses, end it before it begins."""
    for provider.metadata in ODD:
        assert (await refusal(makes(), provider)).key == "people.oidc_unreachable", provider.metadata


@pytest.mark.parametrize("place", ["openid-configuration", "token", "jwks"])
async def test_answers_have_a_deadline_and_a_size(makes: Makes, provider: ProviderDouble, place: str) -> None:
    """Silence, floods, redirects, packed answers and nonsense at any endpoint are said to be the provider's fault."""
    provider.slow[place] = 30
    began = time.monotonic()
    assert (await refusal(makes(seconds=SILENCE), provider)).key == "people.oidc_unreachable"
    assert time.monotonic() - began < 10
    provider.slow.clear()
    provider.huge[place] = LARGEST + 1
    assert (await refusal(makes(), provider)).key == "people.oidc_unreachable"
    provider.huge.clear()
    for status in (302, 404, 500):
        provider.status[place] = status
        assert (await refusal(makes(), provider)).status in {401, 503}
        assert "elsewhere" not in provider.asked
    provider.status.clear()
    for text in ("", "[]", "null", "{", "[" * 100_000, '{"keys": 7}', '{"error": {"a": 1}}'):
        provider.text[place] = text
        assert (await refusal(makes(), provider)).status in {401, 503}
    provider.text.clear()
    provider.packed.add(place)
    assert (await refusal(makes(), provider)).key == "people.oidc_unreachable"


async def test_a_client_secret_that_is_not_there(makes: Makes, provider: ProviderDouble, tmp_path: Path) -> None:
    """A lost, empty or wrong secret is told apart from wrong people: it is nobody's fault who signs in."""
    lost = tmp_path / "secret"
    oidc = makes(secret_file=lost)
    assert (await refusal(oidc, provider)).key == "people.oidc_unreachable"
    for text in ("", "wrong", "x" * 5000):
        lost.write_text(text)
        assert (await refusal(oidc, provider)).key == "people.oidc_unreachable"
    lost.write_text(str(provider.secret))
    assert await journey(oidc, provider)


async def test_the_client_may_be_public_or_post_its_secret(makes: Makes, provider: ProviderDouble) -> None:
    """Without a secret PKCE stands alone; a provider that wants the secret in the body gets it there."""
    provider.metadata["token_endpoint_auth_methods_supported"] = ["private_key_jwt", "client_secret_post"]
    assert await journey(makes(), provider)
    provider.metadata.clear()
    provider.secret = None
    assert await journey(makes(secret_file=None), provider)


async def test_secrets_stay_out_of_the_address_and_of_what_is_printed(
    oidc: OidcSignIn, provider: ProviderDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    """The browser's address holds the challenge, never the verifier; logs hold no code, state or secret."""
    begun = await oidc.begin(redirect=REDIRECT, next_="/", address=HOME, browser=None)
    (pending,) = oidc._pending._open.values()
    assert pending.verifier not in begun.url
    assert begun.browser not in begun.url
    provider.claims["nonce"] = "wrong"
    code, state = provider.visited(begun.url)
    with pytest.raises(StudioError):
        await oidc.finish(code, state, browser=begun.browser, address=HOME)
    said = "".join(capsys.readouterr()) + repr(begun) + repr(pending)
    for secret in (code, state, begun.browser, pending.verifier, pending.nonce, str(provider.secret)):
        assert secret not in said


async def test_a_provider_whose_certificate_nobody_knows(makes: Makes, tmp_path: Path) -> None:
    """Somebody in between who has no certificate of the provider's is told neither code nor secret."""
    encrypted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    encrypted.load_cert_chain(*make_certificate(tmp_path))
    async with served(encrypted) as between:
        error = await refusal(makes(issuer=between.issuer), between)
    assert error.key == "people.oidc_unreachable"
    assert between.asked == []


async def test_a_clock_that_is_wrong_is_hinted_at(makes: Makes, provider: ProviderDouble) -> None:
    """An hour off either way nobody enters over the provider, and the sentence names the clock."""
    for hour in (-3600, 3600):
        error = await refusal(makes(wall=lambda hour=hour: time.time() + hour), provider)
        assert error.key == "people.oidc_wrong"
        assert "clock" in error.sentence


@pytest.mark.parametrize(
    ("address", "issuer", "may"),
    [
        ("https://id.example/token", "https://id.example", True),
        ("https://other.example/token", "https://id.example", True),
        ("http://id.example/token", "https://id.example", False),
        ("http://127.0.0.1:8188/", "https://id.example", False),
        ("https://localhost/token", "https://id.example", False),
        ("https://[::1]/token", "https://id.example", False),
        ("http://localhost:9/token", "http://127.0.0.1:9", True),
        ("https://id.example/#a", "https://id.example", False),
        ("ftp://localhost/", "http://localhost", False),
        ("", "https://id.example", False),
    ],
)
def test_where_a_provider_may_send_the_studio(address: str, issuer: str, may: bool) -> None:
    """Encrypted or on this machine, and to this machine only by a provider that is on it."""
    assert may_ask(address, issuer) is may


@given(raw=st.one_of(st.none(), st.integers(), st.text(), st.from_regex(r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){0,5}")))
def test_whatever_comes_as_a_token_is_refused_calmly(raw: Any) -> None:
    """No text at all makes the check fail otherwise than by its own refusal."""
    keys = read_keys({"keys": [key("first").as_dict(private=False)]})
    with pytest.raises(WrongToken):
        check(raw, keys, issuer="https://id.example", client_id=CLIENT, nonce="n", access=None, now=NOW)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kty", "n", "e", "use", "crv"]), inner)
    ),
    max_leaves=9,
)
keys = st.dictionaries(st.sampled_from(["n", "e", "x", "y", "crv", "use", "kid", "alg", "key_ops"]), json)


@settings(max_examples=40)
@given(
    found=st.lists(st.builds(lambda kind, rest: rest | {"kty": kind}, st.sampled_from(["RSA", "EC", "OKP"]), keys))
)
def test_odd_keys_are_left_out(found: list[Any]) -> None:
    """Keys that nobody can read hide no good one, and alone they are the provider's fault."""
    good = key("first").as_dict(private=False)
    assert len(read_keys({"keys": [*found, good]}).keys) >= 1
    with pytest.raises(ProviderFault):
        read_keys({"keys": "none"})

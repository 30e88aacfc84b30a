"""Settings of the sign-in provider."""

from pathlib import Path

import pytest

from comfystudio import settings
from comfystudio.errors import Invalid


def load(tmp_path: Path, **given: str) -> settings.Settings:
    """Settings with these in the environment."""
    environment = {f"COMFYSTUDIO_{name.upper()}": value for name, value in given.items()}
    return settings.load({"workspace": str(tmp_path)}, environment)


@pytest.mark.parametrize(
    "issuer",
    ["https://id.example.com/application/o/studio/", "https://id.example.com", "http://127.0.0.1:8081/realms/x"],
)
def test_an_issuer_is_kept_to_the_letter(tmp_path: Path, issuer: str) -> None:
    """Providers compare their own name letter by letter, a last slash included."""
    found = load(tmp_path, oidc_issuer=issuer, oidc_client_id="studio")
    assert found.oidc_issuer == issuer
    assert (found.oidc_claim, found.oidc_name) == ("preferred_username", "Single sign-on")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"oidc_issuer": "http://id.example.com", "oidc_client_id": "x"}, "oidc_issuer"),
        ({"oidc_issuer": "https://me@id.example.com", "oidc_client_id": "x"}, "oidc_issuer"),
        ({"oidc_issuer": "https://id.example.com/?a=b", "oidc_client_id": "x"}, "oidc_issuer"),
        ({"oidc_issuer": "id.example.com", "oidc_client_id": "x"}, "oidc_issuer"),
        ({"oidc_issuer": "https://[", "oidc_client_id": "x"}, "oidc_issuer"),
        ({"oidc_issuer": "https://id.example.com"}, "set both"),
        ({"oidc_client_id": "x"}, "set both"),
        ({"oidc_claim": "two words"}, "oidc_claim"),
        ({"oidc_name": "x" * 61}, "oidc_name"),
        ({"oidc_client_secret_file": "/nowhere"}, "/nowhere"),
    ],
)
def test_a_wrong_one_says_so_at_start(tmp_path: Path, given: dict[str, str], says: str) -> None:
    """What could not work is said before the studio starts, not to the first who signs in."""
    with pytest.raises(Invalid) as caught:
        load(tmp_path, **given)
    assert says in caught.value.sentence

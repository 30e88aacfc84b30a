"""A studio that asks for no password lets nobody in from another machine, at any listener."""

from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from comfystudio import settings
from comfystudio.errors import Refused
from comfystudio.gateway.addresses import Addresses
from comfystudio.gateway.admission import Admission
from comfystudio.gateway.origins import PORTAL, Origins
from tests.gateway.doubles import Sessions, Tokens


class Wire:
    """The way to a client at `address`."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The client's address and port."""
        return (self.address, 1234) if name == "peername" else default

    def is_closing(self) -> bool:
        """It is open."""
        return False


@pytest.mark.parametrize("listener", [PORTAL, "notebook"])
@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.168.1.7", False),
        ("::ffff:192.168.1.7", False),
        ("fe80::1%eth0", False),
        ("", False),
    ],
)
async def test_by_address(tmp_path: Any, listener: str, address: str, inside: bool) -> None:
    """Where the connection comes from decides, whatever a header says of it."""
    found = settings.load({"workspace": str(tmp_path), "auth": "open"}, {})
    origins = Origins(found, [("notebook", 8888)])
    admission = Admission(origins, Addresses(()), Sessions(), Tokens(), only_here=True)
    port = 8080 if listener == PORTAL else 8888
    headers = {"Host": f"localhost:{port}", "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}
    request = make_mocked_request("GET", "/", headers=headers, transport=Wire(address))
    if inside:
        assert admission.admit(request, listener).caller is None
        return
    with pytest.raises(Refused) as refused:
        admission.admit(request, listener)
    assert refused.value.key == "gateway.only_here"

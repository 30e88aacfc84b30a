"""Whether whoever made a request may still have the answer to it: long ones end with the right to them."""

from collections.abc import Iterator
from contextlib import contextmanager

from comfystudio.errors import Missing
from comfystudio.web.call import Call

__all__ = ["held"]


def _still(call: Call) -> bool:
    caller = call.caller
    if caller.via == "local":
        return True
    try:
        active = call.services.people.get(caller.person.id).active
    except Missing:
        return False
    if not active or caller.token_id is None:
        return active
    return any(token.id == caller.token_id for token in call.services.tokens.list_of(caller.person.id))


@contextmanager
def held(call: Call) -> Iterator[None]:
    """Until the block ends: break the connection off once the session is over, or the token or the person is out."""

    def close() -> None:
        if call.request.transport is not None:
            call.request.transport.abort()

    with call.shared.opens.held(lambda: _still(call), close, call.caller.session_id):
        yield

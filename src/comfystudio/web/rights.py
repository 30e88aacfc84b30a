"""Whether whoever made a request may still have the answer to it: long ones end with the right to them."""

from collections.abc import Iterator
from contextlib import contextmanager

from comfystudio.people import Caller
from comfystudio.web.call import Call

__all__ = ["held", "now"]


def now(call: Call) -> Caller | None:
    """Who made the request, as they are now; None once they may no longer be here."""
    caller = call.caller
    if caller.session_id is not None:
        return call.services.sessions.current(caller.session_id)
    if caller.token_id is not None:
        return call.services.tokens.current(caller.token_id)
    return caller


@contextmanager
def held(call: Call) -> Iterator[None]:
    """Until the block ends: break the connection off once the session is over, or the token or the person is out."""

    def close() -> None:
        if call.request.transport is not None:
            call.request.transport.abort()

    with call.shared.opens.held(lambda: now(call) is not None, close, call.caller.session_id):
        yield

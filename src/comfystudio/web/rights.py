"""Whether whoever made a request may still have the answer to it: long ones end with the right to them."""

from collections.abc import Callable, Iterator
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
def held(call: Call, may: Callable[[Caller], bool] = lambda _: True) -> Iterator[None]:
    """Until the block ends: break the connection off once the session is over, or the token or the person is out.

    So too once an admin is none any more, or `may` says no of the caller as they are now. What began in admin mode
    goes on when that ends.
    """
    role = call.caller.person.role

    def still() -> bool:
        caller = now(call)
        return caller is not None and role in {"artist", caller.person.role} and may(caller)

    def close() -> None:
        if call.request.transport is not None:
            call.request.transport.abort()

    with call.shared.opens.held(still, close, call.caller.session_id):
        yield

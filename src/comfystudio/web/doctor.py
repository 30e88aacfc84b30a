"""The system check, for admins."""

from comfystudio.doctor import State, document
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Shape

__all__ = ["Examination"]


class CheckShown(Shape):
    """One check. `off`: there is nothing to look at here. `next_step` says what to do about it."""

    id: str
    title: str
    state: State
    sentence: str
    next_step: str | None
    seconds: float


class Examination(Shape):
    """Every check, in order, as it was at `at`."""

    checks: list[CheckShown]
    at: At


@route("GET", "/api/v1/doctor", need=Need.ADMIN, about="Look at everything that the studio stands on, now.")
async def doctor(call: Call) -> Examination:
    """Examine."""
    return Examination.model_validate(document(await call.services.doctor.examine()))

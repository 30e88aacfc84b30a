"""The isolation check of ComfyUI: what it found last, and a new one."""

from comfystudio.comfy.check import Report
from comfystudio.keeper.masking import clean
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Shape

__all__ = ["CheckState"]

PATH = "/api/v1/comfyui/check"


class WayShown(Shape):
    """One way from one artist to another, and what was proved or what to do about it."""

    way: str
    passed: bool
    sentence: str


class CheckShown(Shape):
    """One check. `comfyui`, `commit` and `node_set` name what was checked; `seconds` is how long it took."""

    passed: bool
    checked_at: At
    seconds: float
    comfyui: str
    commit: str | None
    node_set: str
    ways: list[WayShown]


class CheckState(Shape):
    """The newest check of the ComfyUI that runs, null where there was none. `refusal`: why artists stay out of it."""

    refusal: str | None
    check: CheckShown | None


def _shown(report: Report | None) -> CheckShown | None:
    if report is None:
        return None
    ways = [WayShown(way=each.way, passed=each.passed, sentence=clean(each.sentence)) for each in report.findings]
    return CheckShown(
        passed=report.passed,
        checked_at=report.at,
        seconds=round(report.took, 3),
        comfyui=clean(report.comfyui),
        commit=report.commit,
        node_set=report.node_set,
        ways=ways,
    )


def _state(call: Call) -> CheckState:
    comfyui = call.services.comfyui
    return CheckState(refusal=clean(comfyui.sentence) if comfyui.sentence else None, check=_shown(comfyui.last_check))


@route("GET", PATH, need=Need.ADMIN, about="What the newest isolation check of ComfyUI found.")
async def last(call: Call) -> CheckState:
    """Look at the newest check."""
    return _state(call)


@route(
    "POST",
    PATH,
    need=Need.ADMIN,
    about="Check now whether artists are kept apart in ComfyUI, and let them in or keep them out by what is found.",
    raises=(409, 503),
)
async def check(call: Call) -> CheckState:
    """Check now."""
    report = await call.services.comfyui.check()
    subject = "passed" if report.passed else "failed"
    await call.services.audit.record("comfyui.checked", call.caller, subject)
    return _state(call)

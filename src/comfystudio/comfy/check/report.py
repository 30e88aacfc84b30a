"""What the check found, in words, and as it is kept."""

from dataclasses import dataclass

from comfystudio import words

__all__ = ["Finding", "Report"]


@dataclass(frozen=True)
class Finding:
    """One way from one artist to another: `way` is its short name, `sentence` says what was proved or what to do."""

    way: str
    passed: bool
    sentence: str


@dataclass(frozen=True)
class Report:
    """One check of one ComfyUI, named by version, commit and node packs. `at` is in seconds since the epoch."""

    findings: tuple[Finding, ...]
    comfyui: str
    commit: str | None
    node_set: str
    at: float
    took: float

    @property
    def passed(self) -> bool:
        """Whether no way was open. A check without findings has proved nothing."""
        return bool(self.findings) and all(each.passed for each in self.findings)

    @property
    def sentence(self) -> str | None:
        """Why artists stay out; None where they need not."""
        if self.passed:
            return None
        first = next((each.sentence for each in self.findings if not each.passed), "")
        return words.say("comfy.check_failed", finding=first)

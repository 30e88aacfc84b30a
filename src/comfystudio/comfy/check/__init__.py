"""The isolation check: can one artist reach anything of another's? Tried with two artists who are nobody."""

from comfystudio.comfy.check.gate import Gate, kept_in
from comfystudio.comfy.check.report import Finding, Report
from comfystudio.comfy.check.run import check

__all__ = ["Finding", "Gate", "Report", "check", "kept_in"]

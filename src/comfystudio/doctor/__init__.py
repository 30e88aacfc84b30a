"""Whether everything that the studio stands on is well: one file a check, each with what to do where it is not."""

from comfystudio.doctor.doctor import Doctor
from comfystudio.doctor.model import Check, Finding, Report, Result, State, document

__all__ = ["Check", "Doctor", "Finding", "Report", "Result", "State", "document"]

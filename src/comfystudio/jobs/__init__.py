"""Jobs: one-shot work that a keeper runs, with a lock, a log and an exit record. They outlive the portal."""

from comfystudio.jobs.model import TERMINAL, Auditor, Job, JobState
from comfystudio.jobs.service import Jobs
from comfystudio.jobs.terminals import Terminals

__all__ = ["TERMINAL", "Auditor", "Job", "JobState", "Jobs", "Terminals"]

"""Jobs: one-shot work that a keeper runs, with a lock, a log and an exit record. They outlive the portal."""

from comfystudio.jobs.model import Auditor, Job, JobState
from comfystudio.jobs.service import Jobs

__all__ = ["Auditor", "Job", "JobState", "Jobs"]

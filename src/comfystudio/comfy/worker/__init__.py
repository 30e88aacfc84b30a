"""The one process that works for all artists: how it is asked, and what is laid beside it when it starts."""

from comfystudio.comfy.worker.answers import Cancelled, Health, Standing
from comfystudio.comfy.worker.client import Worker
from comfystudio.comfy.worker.place import place

__all__ = ["Cancelled", "Health", "Standing", "Worker", "place"]

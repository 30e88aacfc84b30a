"""What is special about ComfyUI: one process that works for many artists, each in folders of their own."""

from comfystudio.comfy.events import Tabs
from comfystudio.comfy.owners import Owner, header, owner_of
from comfystudio.comfy.prepared import Prepared
from comfystudio.comfy.seams import People, Preparer, Upstream, Visit
from comfystudio.comfy.worker import Health, Worker, place
from comfystudio.comfy.workers import Workers

__all__ = [
    "Health",
    "Owner",
    "People",
    "Prepared",
    "Preparer",
    "Tabs",
    "Upstream",
    "Visit",
    "Worker",
    "Workers",
    "header",
    "owner_of",
    "place",
]

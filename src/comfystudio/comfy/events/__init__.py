"""Events of ComfyUI: read from the one channel, recorded, handed to the pages of their owner."""

from comfystudio.comfy.events.tabs import Tabs

__all__ = ["Tabs"]

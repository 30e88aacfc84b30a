"""Every route of ComfyUI: answered from the studio's own record, sent on in the artist's name, or refused."""

from comfystudio.comfy.routes.front import ComfyFront

__all__ = ["ComfyFront"]

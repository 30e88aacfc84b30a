"""The door: sessions, one-time codes, forwarding, headers, WebSockets. One authenticated origin for each tool."""

from comfystudio.gateway.cookies import sign_in, sign_out
from comfystudio.gateway.gateway import Gateway
from comfystudio.gateway.origins import PORTAL, Origins, Place

__all__ = ["PORTAL", "Gateway", "Origins", "Place", "sign_in", "sign_out"]

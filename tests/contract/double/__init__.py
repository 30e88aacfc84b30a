"""A small real server that speaks ComfyUI 0.3.64's protocol and makes real PNG files, without torch.

It stands alone (standard library and aiohttp, relative imports only), because `checkout.py` copies this folder into
the fake checkouts that it builds.

Left out on purpose: custom nodes, models, user data and settings, masks, `preview=` of /view, binary preview frames.
"""

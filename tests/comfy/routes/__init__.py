"""The routes of ComfyUI and what the studio makes of them."""

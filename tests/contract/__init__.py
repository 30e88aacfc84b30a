"""A protocol double of ComfyUI, and one suite that holds both the double and the real server to their word."""

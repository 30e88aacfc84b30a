"""ComfyStudio: one authenticated address for the tools of an image studio."""

__version__ = "0.1.0"

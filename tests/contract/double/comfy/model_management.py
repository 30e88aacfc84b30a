"""No models here: only the flag by which a running workflow is interrupted, and this machine's memory."""

import os
import threading

__all__ = [
    "InterruptProcessingException", "get_free_memory", "get_total_memory", "interrupt_current_processing",
    "processing_interrupted", "throw_exception_if_processing_interrupted", "unload_all_models",
]  # fmt: skip

_asked = threading.Event()


class InterruptProcessingException(Exception):
    """Somebody asked for an end."""


def interrupt_current_processing(value: bool = True) -> None:
    """Ask for an end (or take that back)."""
    if value:
        _asked.set()
    else:
        _asked.clear()


def processing_interrupted() -> bool:
    """Say whether somebody asked for an end."""
    return _asked.is_set()


def throw_exception_if_processing_interrupted() -> None:
    """End here if somebody asked; asking once ends one thing."""
    if _asked.is_set():
        _asked.clear()
        raise InterruptProcessingException


def unload_all_models() -> None:
    """Forget the models, of which there are none."""


def get_total_memory() -> int:
    """The machine's memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def get_free_memory() -> int:
    """What of it is free, in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")

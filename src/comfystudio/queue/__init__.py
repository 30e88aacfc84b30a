"""The queue: prompts on record. A prompt is on disk before its owner gets an id, and what became of it is kept."""

from comfystudio.queue.model import LIVE, OVER, Accepted, Body, Dispatcher, Ending, Prompt, State
from comfystudio.queue.prompts import Prompts

__all__ = ["LIVE", "OVER", "Accepted", "Body", "Dispatcher", "Ending", "Prompt", "Prompts", "State"]

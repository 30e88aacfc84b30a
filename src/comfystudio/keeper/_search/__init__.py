"""Runs in a process of its own: looking for words in logs, the newest lines first, on the standard library alone."""

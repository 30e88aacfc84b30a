"""One file a check. Each is told what to look at and imports nothing of the rooms beside this one."""

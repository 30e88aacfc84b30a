"""Programs whose processes try to get away, for tests of stopping."""

__all__ = ["BOMB", "DETACHED", "STUBBORN"]

# A double fork, a session of its own, TERM, HUP and INT ignored, output closed: the classic daemon.
DETACHED = """
import os, signal, sys, time
def away(depth):
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    if depth:
        away(depth - 1)
    os.write(1, b"pid %d\\n" % os.getpid())
    os.close(1); os.close(2)
    while True:
        time.sleep(60)
away(3)
os.write(1, b"pid %d\\n" % os.getpid())
time.sleep(0.3 if sys.argv[1:] == ["leave"] else 600)
"""

# Ignores TERM itself and has a child that turns TERM into another child.
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def again(*_):
    if os.fork() == 0:
        os.setsid()
        os.write(1, b"pid %d\\n" % os.getpid())
for _ in range(3):
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, again)
        break
os.write(1, b"pid %d\\n" % os.getpid())
while True:
    time.sleep(60)
"""

# Forks as fast as it can, each child living on in a session of its own, up to a few hundred at a time.
BOMB = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, b"pid %d\\n" % os.getpid())
until = time.monotonic() + 20
while time.monotonic() < until:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1)
        os._exit(0)
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    time.sleep(0.002)
"""

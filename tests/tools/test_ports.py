"""Whose process listens on a port, as the kernel tells it."""

import os
import socket
import subprocess
import sys

import pytest

from comfystudio.tools.ports import SystemPorts
from tests.waiting import wait_until

IPV4, IPV6 = socket.AF_INET, socket.AF_INET6
ANSWER = [(IPV4, "127.0.0.1"), (IPV4, "0.0.0.0")]
SILENT = [(IPV4, "127.0.0.2")]
if socket.has_dualstack_ipv6():
    ANSWER += [(IPV6, "::"), (IPV6, "::ffff:127.0.0.1")]
    SILENT += [(IPV6, "::1")]


def listener(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    """A socket that listens there, and for IPv4 too where the address is of both."""
    found = socket.socket(family)
    if family == IPV6:
        found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    found.bind((address, port))
    found.listen()
    return found


@pytest.mark.parametrize(("family", "address"), ANSWER)
def test_free_ports_are_free_and_holders_are_named(family: socket.AddressFamily, address: str) -> None:
    """The port handed out can be bound; its holder is this process once it is, whatever address it listens on."""
    ports = SystemPorts()
    port = ports.free()
    assert ports.holder(port) is None
    with listener(family, address, port):
        holder = ports.holder(port)
    assert holder is not None
    assert holder.belongs_to(os.getpid())
    assert holder.belongs_to(os.getppid())
    assert not holder.belongs_to(1 << 22)


@pytest.mark.parametrize(("family", "address"), SILENT)
def test_who_does_not_answer_on_loopback_holds_nothing(family: socket.AddressFamily, address: str) -> None:
    """Somebody who listens on this port of another address is not who a connection to 127.0.0.1 meets."""
    ports = SystemPorts()
    port = ports.free()
    with listener(family, address, port):
        assert ports.holder(port) is None


def test_the_most_exact_listener_is_the_holder() -> None:
    """Where one listens on every address and another on loopback, the one on loopback answers and is named."""
    ports = SystemPorts()
    port = ports.free()
    reuse = "import socket,sys,time; s = socket.socket(); s.setsockopt(1, 15, 1);"
    reuse += "s.bind(('0.0.0.0', int(sys.argv[1]))); s.listen(); print('there', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", reuse, str(port)], stdout=subprocess.PIPE) as stranger:
        assert stranger.stdout
        assert stranger.stdout.readline()
        with socket.socket() as ours:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            ours.bind(("127.0.0.1", port))
            ours.listen()
            exact = ports.holder(port)
        anywhere = ports.holder(port)
        stranger.kill()
    assert exact is not None
    assert exact.pid == os.getpid()
    assert anywhere is not None
    assert anywhere.pid == stranger.pid
    assert "time.sleep(60)" not in anywhere.command, "a command is cut where it gets long"
    assert anywhere.command.startswith(sys.executable)
    wait_until(lambda: ports.holder(port) is None)

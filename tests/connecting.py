"""`comfystudio connect` as a running command."""

import contextlib
import signal
import subprocess
from collections.abc import Iterator

from tests.studio import RunningStudio

__all__ = ["Connected", "connected"]


class Connected:
    """The command, and the line that it printed first: where the tool is."""

    def __init__(self, process: "subprocess.Popen[str]", said: str) -> None:
        self.process = process
        self.said = said

    @property
    def address(self) -> str:
        """What to give to a client."""
        return self.said.split()[-1]

    @property
    def port(self) -> int:
        """The loopback port."""
        return int(self.said.rpartition(":")[2])


@contextlib.contextmanager
def connected(
    studio: RunningStudio, tool: str, token: str, *flags: str, workspace: bool = False
) -> Iterator[Connected]:
    """The command until the block ends, told the studio's address or its `workspace`; it ends without a traceback."""
    where = ("--workspace", str(studio.workspace)) if workspace else ("--address", studio.address)
    argv = studio.command("connect", tool, *where, *flags)
    environment = studio.environment | ({"COMFYSTUDIO_TOKEN": token} if token else {})
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        assert process.stderr
        try:
            yield Connected(process, process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)
            assert "Traceback" not in process.stderr.read()

"""The memory of a server's workers, in megabytes, as Linux counts it."""

from __future__ import annotations

from pathlib import Path

from tests.support.live import LiveServer

KILOBYTES = 1024


def workers_of(server: LiveServer) -> list[int]:
    """The worker processes of a live server."""
    assert server.process is not None
    pid = server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident(pid: int) -> float:
    return _field(pid, "VmRSS")


def peak(pid: int) -> float:
    """The most since the process began or since `forget_peak`."""
    return _field(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _field(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / KILOBYTES
    raise LookupError(name)

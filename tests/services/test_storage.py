"""The same promises kept by a folder and by a bucket; what a hanging or broken store does."""

import os
import socket
import subprocess
import threading
import time
import tracemalloc
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.services.storage import NoSuchObject, S3Options, Storage, StoreUnavailable, open_storage
from tests.support.services import python, s3_server

OPTIONS = S3Options(access_key="test", secret_key="secret", allow_http=True)
BIG = bytes(range(256)) * 4096 * 12  # 12 MiB: three parts


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3_server(tmp_path_factory.mktemp("s3")) as address:
        urllib.request.urlopen(urllib.request.Request(f"{address}/bucket", method="PUT")).close()
        yield address


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return open_storage(f"file://{tmp_path}/documents")
    return bucket(request.getfixturevalue("endpoint"), prefix=f"portal/{tmp_path.name.replace('_', '-')}")


def bucket(endpoint: str, prefix: str = "", seconds: float = 30.0) -> Storage:
    options = S3Options("test", "secret", endpoint=endpoint, allow_http=True, request_seconds=seconds)
    return open_storage(f"s3://bucket/{prefix}", options)


def put(storage: Storage, key: str, data: bytes) -> None:
    with storage.write(key) as writer:
        for start in range(0, len(data), 65552):
            writer.write(data[start : start + 65552])


@pytest.mark.parametrize("data", [b"", b"one", BIG], ids=["empty", "small", "three parts"])
def test_what_is_written_is_read_back_and_deleted(storage: Storage, data: bytes) -> None:
    put(storage, "medical/a1/0", data)
    assert storage.exists("medical/a1/0")
    assert b"".join(storage.read("medical/a1/0")) == data
    reader = storage.open("medical/a1/0")
    assert reader.size == len(data)
    assert reader.read(2) + reader.read() + reader.read(1) == data
    storage.delete("medical/a1/0")
    storage.delete("medical/a1/0")
    assert not storage.exists("medical/a1/0")
    with pytest.raises(NoSuchObject):
        next(storage.read("medical/a1/0"))
    with pytest.raises(NoSuchObject):
        storage.open("medical/a1/0")


@pytest.mark.parametrize("data", [b"half", BIG], ids=["small", "parts"])
def test_an_object_broken_off_leaves_nothing_and_is_never_seen(storage: Storage, data: bytes, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), storage.write("medical/a1") as writer:
        writer.write(data)
        assert not storage.exists("medical/a1")
        assert list(storage.keys()) == []
        raise KeyboardInterrupt
    assert not storage.exists("medical/a1")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_bucket_keeps_no_unfinished_parts(endpoint: str) -> None:
    def unfinished() -> int:
        with urllib.request.urlopen(f"{endpoint}/bucket?uploads") as answer:
            listing: bytes = answer.read()
        return listing.count(b"<UploadId>")

    with pytest.raises(KeyboardInterrupt), bucket(endpoint).write("broken") as writer:
        writer.write(BIG)
        assert unfinished() == 1
        raise KeyboardInterrupt
    assert unfinished() == 0


def test_keys_are_listed_by_whole_parts(storage: Storage) -> None:
    for key in ("a/1", "a/2/3", "ab/1"):
        put(storage, key, b"x")
    assert sorted(storage.keys()) == ["a/1", "a/2/3", "ab/1"]
    assert sorted(storage.keys("a")) == ["a/1", "a/2/3"]
    assert list(storage.keys("none")) == []


@pytest.mark.parametrize("key", ["", "/", "/a", "a/", "a//b", "..", "a/../b", "A", "a.b", "a b", "a\n", "é", "x" * 513])
def test_keys_that_could_reach_elsewhere_are_refused(storage: Storage, key: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: put(storage, key, b"x"),
        lambda: storage.open(key),
        lambda: storage.exists(key),
        lambda: storage.delete(key),
    ]
    for attempt in attempts:
        with pytest.raises(ValueError, match="storage key"):
            attempt()


def test_a_folder_is_its_owners_alone(tmp_path: Path) -> None:
    storage = open_storage(f"file://{tmp_path}/with%20space")
    put(storage, "medical/a1", b"x")
    folder = tmp_path / "with space"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "medical" / "a1").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("url", ["", "documents", "file://host/folder", "file://", "s3://", "ftp://bucket/x"])
def test_addresses_of_no_known_store_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="storage address"):
        open_storage(url, OPTIONS)


def test_a_bucket_needs_its_options_and_its_secret_stays_out_of_sight() -> None:
    with pytest.raises(ValueError, match="keys"):
        open_storage("s3://bucket/x")
    assert "secret" not in f"{OPTIONS!r} {open_storage('s3://bucket', OPTIONS)!r}".replace("secret_key", "")


def everything(storage: Storage) -> list[Callable[[], object]]:
    return [
        lambda: put(storage, "a", b"small"),
        lambda: put(storage, "a", BIG),
        lambda: storage.open("a"),
        lambda: list(storage.read("a")),
        lambda: storage.delete("a"),
        lambda: storage.exists("a"),
        lambda: list(storage.keys()),
    ]


def test_a_hanging_store_is_given_up_within_five_seconds_and_holds_up_nobody_else() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        storage = bucket(f"http://127.0.0.1:{silent.getsockname()[1]}", seconds=OPTIONS.request_seconds)
        took: list[float] = []

        def expect(attempt: Callable[[], object]) -> None:
            started = time.monotonic()
            with pytest.raises(StoreUnavailable):
                attempt()
            took.append(time.monotonic() - started)

        attempts = everything(storage)
        waiting = [threading.Thread(target=expect, args=(attempt,)) for attempt in attempts]
        for thread in waiting:
            thread.start()
        for thread in waiting:
            thread.join()
    assert len(took) == len(attempts)
    assert max(took) < 5


def test_a_store_nobody_runs_is_unavailable() -> None:
    for attempt in everything(bucket("http://127.0.0.1:9", seconds=0.5)):
        with pytest.raises(StoreUnavailable):
            attempt()


def test_a_store_whose_answer_stops_half_way_is_unavailable() -> None:
    body = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nLast-Modified: Sat, 27 Jan 2018 00:00:00 GMT\r\nETag: x\r\n\r\n"

    def serve(listener: socket.socket) -> None:
        for _ in range(8):
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                if connection.recv(65536).startswith(b"HEAD"):
                    connection.sendall(body)
                else:
                    connection.sendall(body + b"half")
                    time.sleep(0.2)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        storage = bucket(f"http://127.0.0.1:{listener.getsockname()[1]}", seconds=0.5)
        started = time.monotonic()
        with pytest.raises(StoreUnavailable):
            list(storage.read("a"))
        assert time.monotonic() - started < 5


def test_a_full_or_forbidden_folder_is_unavailable(tmp_path: Path) -> None:
    storage = open_storage(f"file://{tmp_path}/documents")
    (tmp_path / "documents" / "taken").write_text("a file where a folder should be")
    with pytest.raises(StoreUnavailable):
        put(storage, "taken/a", b"x")


FORKED = """
import os, sys
from portal.services.storage import StoreUnavailable, open_storage
storage = open_storage(sys.argv[1])
if sys.argv[2] == "used":
    storage.exists("a")
child = os.fork()
if child == 0:
    try:
        storage.exists("a")
    except StoreUnavailable:
        os._exit(7)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize(("before", "code"), [("used", 7), ("unused", 0)])
def test_a_store_used_before_a_fork_says_so_instead_of_hanging(before: str, code: int, tmp_path: Path) -> None:
    command = [python(), "-c", FORKED, f"file://{tmp_path}/documents", before]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    assert subprocess.run(command, timeout=30, env=environment, check=False).returncode == code


def test_a_large_object_passes_in_flat_memory(storage: Storage) -> None:
    tracemalloc.start()
    try:
        with storage.write("large") as writer:
            for _ in range(15 * 16):
                writer.write(bytes(65536))
        assert sum(map(len, storage.read("large"))) == 15 << 20
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 << 20  # one part of 5 MiB, S3's smallest; a folder needs less

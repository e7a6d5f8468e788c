"""A real clamd, and everything that may go wrong with one: never CLEAN without its word."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.services.scanning import ClamdScanner, NoScanner, Verdict
from tests.support.services import EICAR, clamd, free_port


@pytest.fixture(scope="module", params=["unix socket", "host and port"])
def scanner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClamdScanner]:
    with clamd(tmp_path_factory.mktemp("clamd"), limit="1M") as (path, address):
        yield ClamdScanner(path if request.param == "unix socket" else address, seconds=10)


def test_a_real_clamd_tells_clean_from_infected(scanner: ClamdScanner) -> None:
    assert scanner.ping()
    assert scanner.scan(b"an ordinary letter") is Verdict.CLEAN
    assert scanner.scan(EICAR) is Verdict.INFECTED
    assert scanner.scan(b"another") is Verdict.CLEAN


def test_an_empty_file_gets_an_answer(scanner: ClamdScanner) -> None:
    assert scanner.scan(b"") is Verdict.CLEAN


@pytest.mark.parametrize("size", [(1 << 20) + 1, 15 << 20])
def test_a_file_over_clamds_limit_is_never_clean(scanner: ClamdScanner, size: int) -> None:
    assert scanner.scan(bytes(size)) is Verdict.UNAVAILABLE
    assert scanner.ping()


def test_many_at_once_get_each_their_own_answer(scanner: ClamdScanner) -> None:
    found: dict[int, Verdict] = {}

    def ask(number: int) -> None:
        found[number] = scanner.scan(EICAR if number % 2 else b"letter %d" % number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {number: Verdict.INFECTED if number % 2 else Verdict.CLEAN for number in range(20)}
    assert found == expected


def test_a_clamd_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    for address in (f"127.0.0.1:{free_port()}", str(tmp_path / "none.sock")):
        scanner = ClamdScanner(address, seconds=1)
        assert scanner.scan(b"letter") is Verdict.UNAVAILABLE
        assert not scanner.ping()


@pytest.mark.parametrize("answer", [b"", b"nonsense\n", b"stream: lookup ERROR\n", b"\xff\xfe\n"])
def test_a_strange_or_missing_answer_is_unavailable(answer: bytes) -> None:
    def serve(listener: socket.socket) -> None:
        connection, _address = listener.accept()
        with connection:
            while not connection.recv(65536).endswith(bytes(4)):
                pass
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        scanner = ClamdScanner(f"127.0.0.1:{listener.getsockname()[1]}", seconds=1)
        assert scanner.scan(b"letter") is Verdict.UNAVAILABLE


def test_a_clamd_that_hangs_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        scanner = ClamdScanner(f"127.0.0.1:{silent.getsockname()[1]}", seconds=1)
        started = time.monotonic()
        assert scanner.scan(b"letter") is Verdict.UNAVAILABLE
        assert not scanner.ping()
        assert time.monotonic() - started < 4


def test_an_address_of_neither_form_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="address"):
        ClamdScanner("localhost:")


def test_without_a_scanner_nothing_is_called_clean() -> None:
    assert NoScanner().scan(EICAR) is Verdict.UNSCANNED
    assert NoScanner().ping()

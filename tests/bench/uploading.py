"""A file of 15 MB on its way in: the web process's memory stays flat, and the time it takes."""

from __future__ import annotations

import http.client
import os
import shutil
from pathlib import Path
from statistics import median

from portal import clock
from portal.config import MEGABYTE
from tests.bench.figures import Figure, at_most, ratio_of, seconds
from tests.bench.memory import forget_peak, peak, resident, workers_of
from tests.bench.places import Place, place
from tests.support.files import make_pdf
from tests.support.live import LiveServer, cookies_of, form_token
from tests.support.make_applications import a_draft, while_open
from tests.support.make_campaigns import the_pilot

SIZE = 15 * MEGABYTE
GROWTH = 30.0  # megabytes: less than twice the file, and it never holds even one
BOUNDARY = "----a-browser-writes-something-like-this"
BLOCK = 256 * 1024


def measure(folder: Path, rounds: int) -> list[Figure]:
    with place("sqlite", folder) as here:
        clock.store_offset(here.settings.clock_file, while_open(the_pilot(here.session)) - clock.wall())
        certificate = make_pdf()
        padded = folder / "certificate.pdf"
        padded.write_bytes(certificate + os.urandom(SIZE - len(certificate)))  # random: nothing compresses it
        small = folder / "small.pdf"
        small.write_bytes(certificate)
        with LiveServer(here.settings, workers=1) as server:
            [worker] = workers_of(server)
            for _ in range(3):
                _send(here, server, small)
            before = resident(worker)
            uploads, copies, growths = [], [], []
            for _ in range(rounds):
                forget_peak(worker)
                uploads.append(_send(here, server, padded))
                growths.append(peak(worker) - before)
                copies.append(seconds(lambda: _copy(padded, folder / "copy")))
            after = resident(worker)
    megabytes = SIZE // MEGABYTE
    return [
        Figure(f"upload of {megabytes} MB, encrypted", median(uploads), "s", "plain copy", ratio_of(uploads, copies)),
        Figure("upload: peak memory above rest", max(growths), "MB", bound=at_most(GROWTH, "value")),
        Figure(f"upload: memory kept after {rounds}", after - before, "MB", bound=at_most(GROWTH, "value")),
    ]


def _copy(source: Path, target: Path) -> None:
    """As durable as a stored upload."""
    shutil.copyfile(source, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _send(here: Place, server: LiveServer, path: Path) -> float:
    """Seconds for one upload to a draft of its own, sent in blocks as a browser does."""
    session = here.session
    draft = a_draft(session, here.app, the_pilot(session))
    cookies, token, reference = cookies_of(here.app, draft.applicant), form_token(here.app), draft.reference
    session.rollback()
    fields = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("csrf_token", token), ("kind", "medical"))
    )
    opening = (
        f'{fields}--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode()
    ending = f"\r\n--{BOUNDARY}--\r\n".encode()
    address = f"/applications/{reference}/documents"
    return seconds(lambda: _post(server.port, address, cookies, [opening, path, ending]))


def _post(port: int, address: str, cookies: dict[str, str], parts: list[bytes | Path]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    length = sum(part.stat().st_size if isinstance(part, Path) else len(part) for part in parts)
    connection.putrequest("POST", address)
    for name, value in {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(length),
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    for part in parts:
        if isinstance(part, bytes):
            connection.send(part)
            continue
        with part.open("rb") as file:
            while block := file.read(BLOCK):
                connection.send(block)
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    if answer.status != 303:
        raise RuntimeError(f"{address}: {answer.status} {said[:300]!r}")

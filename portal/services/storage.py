"""Where documents lie: a folder of this machine, or a bucket of anything that speaks S3.

What is stored is already encrypted (see crypto). Objects are written once under random keys and never changed, so a
reader needs no lock. No request takes longer than a few seconds: a store that hangs is told as StoreUnavailable.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

if TYPE_CHECKING:
    from obstore import ReadableFile, WritableFile
    from obstore.store import S3Config

# What one upload holds in memory. S3 takes no part smaller than this.
S3_PART = 5 << 20
CHUNK = 1 << 20
_KEY = re.compile(r"[a-z0-9-]+(?:/[a-z0-9-]+)*")
_LONGEST_KEY = 512

_Store: TypeAlias = LocalStore | S3Store


class StoreUnavailable(Exception):
    """The store did not answer in time, or not with what was asked for. Trying again later may help."""


class NoSuchObject(Exception):
    """Nothing is stored under this key."""


@dataclass(frozen=True, slots=True)
class S3Options:
    """How to reach a bucket. A request lasts at most `request_seconds`; a failing upload makes two."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str = "eu-west-2"
    endpoint: str | None = None
    allow_http: bool = False
    request_seconds: float = 2.0


class _Runtime:
    """The library's threads do not survive a fork: a call in the child would hang for ever, so it fails instead."""

    used = False
    forked = False

    @classmethod
    def mark_child(cls) -> None:
        cls.forked = cls.used


os.register_at_fork(after_in_child=_Runtime.mark_child)


@contextmanager
def _reaching() -> Iterator[None]:
    if _Runtime.forked:
        raise StoreUnavailable("the store was in use before this process was forked; open it in the new process")
    _Runtime.used = True
    try:
        yield
    except FileNotFoundError:
        raise NoSuchObject from None
    except (BaseError, OSError) as error:
        raise StoreUnavailable(f"the document store failed: {type(error).__name__}") from error


class Writer:
    """Takes the bytes of one object; see Storage.write."""

    def __init__(self, sink: "WritableFile") -> None:
        self._sink = sink

    def write(self, data: bytes, /) -> int:
        with _reaching():
            self._sink.write(data)
        return len(data)


class Reader:
    """One stored object from its beginning to its end, fetched a mebibyte at a time."""

    def __init__(self, source: "ReadableFile") -> None:
        self._source = source
        self.size = source.size

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, all the rest for a negative size, b"" at the end."""
        with _reaching():
            return bytes(self._source.readall() if size < 0 else self._source.read(size))


@dataclass(frozen=True, slots=True)
class Storage:
    """Objects by key. Keys are lower-case letters, digits and hyphens in parts divided by single slashes."""

    _store: _Store = field(repr=False)
    _part: int
    _folder: Path | None = None

    @contextmanager
    def write(self, key: str) -> Iterator[Writer]:
        """Write one object: it appears whole when the block ends normally, and not at all when it raises."""
        sink = obstore.open_writer(self._store, _checked(key), buffer_size=self._part, max_concurrency=1)
        try:
            yield Writer(sink)
        except BaseException as failure:
            with suppress(BaseError, OSError):
                sink.__exit__(type(failure), failure, failure.__traceback__)
            raise
        with _reaching():
            sink.close()
            self._settle(key)

    def open(self, key: str) -> Reader:
        """A file-like reader; raises NoSuchObject."""
        with _reaching():
            return Reader(obstore.open_reader(self._store, _checked(key), buffer_size=CHUNK))

    def read(self, key: str) -> Iterator[bytes]:
        """The object in chunks; raises NoSuchObject when the first is asked for."""
        reader = self.open(key)
        while chunk := reader.read(CHUNK):
            yield chunk

    def delete(self, key: str) -> None:
        """Afterwards nothing is stored under this key, whether or not something was."""
        with suppress(NoSuchObject), _reaching():
            self._store.delete(_checked(key))

    def exists(self, key: str) -> bool:
        try:
            with _reaching():
                self._store.head(_checked(key))
        except NoSuchObject:
            return False
        return True

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys whose first parts are `prefix` (whole parts: "a" finds "a/b" and never "ab"), in no order."""
        for key, _when in self.written(prefix):
            yield key

    def written(self, prefix: str = "") -> Iterator[tuple[str, datetime]]:
        """All keys as keys() gives them, each with the real time (aware) at which its object was written."""
        with _reaching():
            for page in self._store.list(_checked(prefix) if prefix else None):
                yield from ((found["path"], found["last_modified"]) for found in page)

    def forget_unfinished(self, before: datetime) -> int:
        """In a folder: deletes the parts that a process killed amid a write left before then; returns how many.

        They are of no use to anybody: their key was never kept. A bucket has its own rule for them (abort incomplete
        multipart uploads), to be set when it is made.
        """
        parts = [] if self._folder is None else [path for path in self._folder.rglob("*#*") if path.is_file()]
        old = [path for path in parts if path.stat().st_mtime < before.timestamp()]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _settle(self, key: str) -> None:
        """In a folder: for its owner only, and on the disk, before anybody is told that it is stored."""
        if self._folder is None:
            return
        path = self._folder / key
        path.chmod(0o600)
        for place in (path, path.parent):
            handle = os.open(place, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _checked(key: str) -> str:
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError("a storage key is made of a-z, 0-9, - and single slashes")
    return key


def open_storage(url: str, s3: S3Options | None = None) -> Storage:
    """`file:///absolute/folder` (made, for its owner only, if missing) or `s3://bucket/prefix` with `s3` options.

    Makes no request. Raises ValueError for any other address.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and len(parts.path) > 1:
        folder = Path(unquote(parts.path))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Storage(LocalStore(folder), CHUNK, folder)
    if parts.scheme == "s3" and parts.netloc:
        if s3 is None:
            raise ValueError("an s3:// storage address needs its keys and region")
        return Storage(_bucket(parts.netloc, parts.path.strip("/"), s3), S3_PART)
    raise ValueError("a storage address is file:///folder or s3://bucket/prefix")


def _bucket(bucket: str, prefix: str, options: S3Options) -> S3Store:
    limit = timedelta(seconds=options.request_seconds)
    config: S3Config = {
        "region": options.region,
        "access_key_id": options.access_key,
        "secret_access_key": options.secret_key,
        "virtual_hosted_style_request": options.endpoint is None,
    }
    if options.endpoint is not None:
        config["endpoint"] = options.endpoint
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options={"timeout": limit, "connect_timeout": limit, "allow_http": options.allow_http},
        # Refused connections and 5xx answers are tried again within the time one request may take; a hang is not.
        retry_config={"max_retries": 2, "retry_timeout": limit / 2},
    )

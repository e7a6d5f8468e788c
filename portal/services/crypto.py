"""Keeping things secret at rest: single fields in the database, whole documents in the store.

One *master* key a version comes from the settings. Fields are sealed under a subkey of it made for their table and
column; every document has a random age identity of its own, wrapped by the master. So a new master means sealing
and wrapping again (small rows), never encrypting files again, and destroying a wrapped key destroys its document.
"""

import hmac
import queue
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from os import urandom
from types import MappingProxyType
from typing import Any, Protocol, Self, TypeAlias

import pyrage  # type: ignore[import-untyped, unused-ignore]
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = 1
_HEADER = struct.Struct(">BH")  # format, master version
_NONCE = 12
_TAG = 16
_QUEUED = 16  # chunks of 8 KiB between the decrypting thread and whoever reads: the memory one download holds


class SealBroken(Exception):
    """Sealed bytes were altered, cut, moved to another place, or sealed under a master this ring does not hold."""


class Reader(Protocol):
    """Anything bytes can be read from."""

    def read(self, size: int = ..., /) -> bytes: ...


class Writer(Protocol):
    """Anything bytes can be written to. What it returns is not looked at; it takes all it is given."""

    def write(self, data: bytes, /) -> Any: ...


class Recipient(Protocol):
    """The half of a document's key that encrypts."""


class Identity(Protocol):
    """The half of a document's key that decrypts. `str()` gives the secret: never log one."""

    def to_public(self) -> Recipient: ...


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """A document's own key: live, to use now, and wrapped, to store beside the document's row."""

    identity: Identity = field(repr=False)
    wrapped: bytes = field(repr=False)

    @property
    def recipient(self) -> Recipient:
        return self.identity.to_public()


Key: TypeAlias = DocumentKey | Identity


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The master keys by version. The highest version seals; all of them unseal."""

    masters: Mapping[int, bytes] = field(repr=False)
    current: int

    @classmethod
    def from_settings(cls, masters: Mapping[int, bytes]) -> Self:
        """Raises ValueError without a key, for a key not of 32 bytes, or a version outside 1 to 65535."""
        if not masters:
            raise ValueError("at least one master key is needed")
        for version, key in masters.items():
            if not 1 <= version <= 0xFFFF:
                raise ValueError(f"master key version {version} is not between 1 and 65535")
            if len(key) != 32:
                raise ValueError(f"master key version {version} is not 32 bytes long")
        return cls(MappingProxyType(dict(masters)), max(masters))

    def seal(self, text: str, *, table: str, row: str, column: str) -> bytes:
        """Seal one field's text for exactly this place."""
        return self._seal(text.encode(), ("field", table, column), row)

    def unseal(self, sealed: bytes, *, table: str, row: str, column: str) -> str:
        """Raises SealBroken when altered or read in another place than it was sealed for."""
        return self._unseal(sealed, ("field", table, column), row).decode()

    def reseal(self, sealed: bytes, *, table: str, row: str, column: str) -> bytes:
        """The same text under the current master; the very same bytes when that is already so."""
        text = self.unseal(sealed, table=table, row=row, column=column)
        if self.version_of(sealed) == self.current:
            return sealed
        return self.seal(text, table=table, row=row, column=column)

    def new_document_key(self, document_id: str) -> DocumentKey:
        """A fresh random key that only this document's id unwraps."""
        identity = pyrage.x25519.Identity.generate()
        return DocumentKey(identity, self._seal(str(identity).encode(), ("document",), document_id))

    def unwrap(self, wrapped: bytes, document_id: str) -> Identity:
        """Raises SealBroken when altered or meant for another document."""
        secret = self._unseal(wrapped, ("document",), document_id).decode()
        identity: Identity = pyrage.x25519.Identity.from_str(secret)
        return identity

    def rewrap(self, wrapped: bytes, document_id: str) -> bytes:
        """The same document key under the current master; the very same bytes when that is already so."""
        secret = self._unseal(wrapped, ("document",), document_id)
        if self.version_of(wrapped) == self.current:
            return wrapped
        return self._seal(secret, ("document",), document_id)

    def word(self, *, purpose: str, row: str, version: int | None = None) -> str:
        """A secret word for exactly this place, the same whenever it is asked for while its master is in the ring:
        a link that can be written again although only its hash is stored."""
        subkey = self._subkey(self.current if version is None else version, ("word", purpose))
        return hmac.new(subkey, row.encode(), "sha256").hexdigest()

    @staticmethod
    def version_of(sealed: bytes) -> int:
        """The version of the master these bytes (a field's or a wrapped key's) were sealed under."""
        if len(sealed) < _HEADER.size + _NONCE + _TAG:
            raise SealBroken("too short to be sealed")
        form, version = _HEADER.unpack_from(sealed)
        if form != FORMAT:
            raise SealBroken("sealed in a form not known here")
        return int(version)

    def _seal(self, secret: bytes, purpose: tuple[str, ...], row: str) -> bytes:
        header = _HEADER.pack(FORMAT, self.current)
        nonce = urandom(_NONCE)
        return header + nonce + self._cipher(self.current, purpose).encrypt(nonce, secret, _bound(header, purpose, row))

    def _unseal(self, sealed: bytes, purpose: tuple[str, ...], row: str) -> bytes:
        cipher = self._cipher(self.version_of(sealed), purpose)
        header, nonce = (
            sealed[: _HEADER.size],
            sealed[_HEADER.size : _HEADER.size + _NONCE],
        )
        try:
            return cipher.decrypt(nonce, sealed[_HEADER.size + _NONCE :], _bound(header, purpose, row))
        except InvalidTag:
            raise SealBroken("altered, or not in the place it was sealed for") from None

    def _cipher(self, version: int, purpose: tuple[str, ...]) -> AESGCM:
        # A subkey for each column keeps random nonces far below the number at which two might meet.
        return AESGCM(self._subkey(version, purpose))

    def _subkey(self, version: int, purpose: tuple[str, ...]) -> bytes:
        if version not in self.masters:
            raise SealBroken(f"sealed under master key version {version}, which is not in the settings")
        info = b"volunteer portal" + _framed(purpose)
        return HKDF(SHA256(), length=32, salt=None, info=info).derive(self.masters[version])


def _framed(parts: tuple[str, ...]) -> bytes:
    """Parts with their lengths before them, so that ("ab", "c") is never taken for ("a", "bc")."""
    return b"".join(struct.pack(">I", len(data)) + data for data in (part.encode() for part in parts))


def _bound(header: bytes, purpose: tuple[str, ...], row: str) -> bytes:
    return header + _framed((*purpose, row))


def _identity(key: Key) -> Identity:
    return key.identity if isinstance(key, DocumentKey) else key


class _Pipe:
    """Both ends age works on, keeping what was counted and what went wrong.

    pyrage turns every exception of a reader or writer into one of its own holding only the message: the true one
    is kept here and raised again, so that "the file is too large" or "the store is gone" reach the caller as such.
    """

    def __init__(self, reader: Reader, write: Callable[[bytes], Any]) -> None:
        self._reader = reader
        self._write = write
        self.taken = 0
        self.failure: BaseException | None = None

    def read(self, size: int) -> bytes:
        try:
            data = bytes(self._reader.read(size))
        except BaseException as failure:
            self.failure = failure
            raise
        self.taken += len(data)
        return data

    def write(self, data: bytes) -> int:
        try:
            self._write(data)
        except BaseException as failure:
            self.failure = failure
            raise
        return len(data)

    def flush(self) -> None:
        """Age asks for it at the end; the writer's owner decides when its bytes are safe."""


def encrypt_stream(reader: Reader, writer: Writer, key: Key) -> int:
    """Encrypt all of `reader` into `writer`, 64 KiB at a time; returns the number of plain bytes read.

    An exception of the reader or the writer comes out as it was raised.
    """
    pipe = _Pipe(reader, writer.write)
    try:
        pyrage.encrypt_io(pipe, pipe, [_identity(key).to_public()])
    except (pyrage.EncryptError, OSError):
        if pipe.failure is not None:
            raise pipe.failure from None
        raise
    return pipe.taken


def decrypt_stream(reader: Reader, writer: Writer, key: Key) -> None:
    """Decrypt all of `reader` into `writer`.

    Every chunk written is authentic, but only the end tells a whole document from one cut short: SealBroken may come
    after bytes were written. An exception of the reader or the writer comes out as it was raised.
    """
    _decrypt(_Pipe(reader, writer.write), key)


def _decrypt(pipe: _Pipe, key: Key) -> None:
    try:
        pyrage.decrypt_io(pipe, pipe, [_identity(key)])
    except (pyrage.DecryptError, OSError):
        if pipe.failure is not None:
            raise pipe.failure from None
        raise SealBroken("altered, cut short, or encrypted for another document") from None


class _Abandoned(Exception):
    """Nobody reads any more."""


class _Puller:
    """A thread that decrypts as somebody pulls: age only pushes, and a response only pulls."""

    def __init__(self, reader: Reader, key: Key) -> None:
        self._chunks: queue.Queue[bytes | None] = queue.Queue(_QUEUED)
        self._abandoned = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(reader, key), name="decrypting", daemon=True)

    def _put(self, chunk: bytes | None) -> None:
        if self._abandoned.is_set():
            raise _Abandoned
        self._chunks.put(chunk)

    def _run(self, reader: Reader, key: Key) -> None:
        try:
            _decrypt(_Pipe(reader, self._put), key)
        except BaseException as failure:  # raised again by chunks(), in the thread that reads
            self._failure = failure
        finally:
            if not self._abandoned.is_set():
                self._chunks.put(None)

    def chunks(self) -> Iterator[bytes]:
        self._thread.start()
        try:
            while (chunk := self._chunks.get()) is not None:
                yield chunk
        finally:
            self._stop()
        if self._failure is not None:
            raise self._failure

    def _stop(self) -> None:
        self._abandoned.set()
        # A put already waiting for room needs room once or twice more before it sees that nobody reads.
        while self._thread.is_alive():
            while not self._chunks.empty():
                self._chunks.get_nowait()
            self._thread.join(0.01)


def open_plain(reader: Reader, key: Key) -> Iterator[bytes]:
    """Decrypted chunks of at most 64 KiB as they are asked for, in flat memory.

    Raises as decrypt_stream does, at the chunk where it is noticed. Closing or dropping the iterator ends the thread
    behind it, at the latest when the reader's own time limit passes.
    """
    return _Puller(reader, key).chunks()

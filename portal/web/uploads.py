"""Files as they arrive: a form read as a stream, so that none of it ever lies on a disk in the clear.

`request.form` would spool a file to a temporary one; here the fields are read first and each file is then pulled
by whoever stores it, a few kilobytes at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from flask import Request
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData, State
from wtforms.validators import ValidationError

CHUNK = 64 * 1024
MOST_FIELDS = 64 * 1024  # bytes of all fields before the files
AT_ONCE = 6  # files one form may bring; more than that is not read to its end


class FilePart:
    """One file of the form: a name, and bytes to be read once."""

    def __init__(self, form: UploadForm, filename: str) -> None:
        self.filename = filename
        self._form = form
        self._held = b""
        self._more = True

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, or whatever comes next for a negative size; b"" at the end."""
        while not self._held and self._more:
            event = self._form.next_event()
            if not isinstance(event, Data):
                raise BadRequest("a form's parts are out of order")
            self._held, self._more = event.data, event.more_data
        if size < 0 or size >= len(self._held):
            data, self._held = self._held, b""
        else:
            data, self._held = self._held[:size], self._held[size:]
        return data

    def skip(self) -> None:
        """Reads what is left of it into nothing, so that the browser gets to hear our answer."""
        while self.read(CHUNK):
            pass


class UploadForm:
    """A multipart form whose fields stand before its files. `limit` is the most bytes of one file.

    A form announced longer than all its files could be is `hopeless`: its fields are read, its files are not.
    """

    def __init__(self, request: Request, *, limit: int) -> None:
        boundary = request.mimetype_params.get("boundary", "")
        if request.mimetype != "multipart/form-data" or not boundary:
            raise BadRequest("this form carries no files")
        most = AT_ONCE * limit + MOST_FIELDS
        self.hopeless = (request.content_length or 0) > most
        request.max_content_length = max(most, request.content_length or 0)
        self._stream: IO[bytes] = request.stream
        self._decoder = MultipartDecoder(boundary.encode(), 2 * MOST_FIELDS + CHUNK, max_parts=50)
        self._file: File | None = None
        self.fields = self._read_fields()

    def check_token(self) -> None:
        """The signed-in form's own token, as Flask-WTF checks it. Raises CSRFError."""
        try:
            validate_csrf(self.fields.get("csrf_token"))
        except ValidationError as problem:
            raise CSRFError(str(problem)) from None

    def files(self) -> Iterator[FilePart]:
        """Each file in turn; what the taker left unread of one is skipped before the next."""
        while self._file is not None:
            part = FilePart(self, self._file.filename)
            yield part
            part.skip()
            self._file = self._next_file()

    def skip(self) -> None:
        """Reads the whole rest into nothing. Raises what reading it raises."""
        for _part in self.files():
            pass

    def next_event(self) -> Event:
        """The form's next event. Raises ClientDisconnected when the connection ended before the form did."""
        try:
            while isinstance(event := self._decoder.next_event(), NeedData):
                data = self._stream.read(CHUNK)
                if not data and self._decoder.state is not State.EPILOGUE:
                    raise ClientDisconnected()
                self._decoder.receive_data(data or None)
        except ValueError:
            raise BadRequest("this form cannot be read") from None
        return event

    def _read_fields(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        name, taken = "", b""
        while not isinstance(event := self.next_event(), File | Epilogue):
            if isinstance(event, Field):
                name, taken = event.name, b""
            elif isinstance(event, Data):
                taken += event.data
                if sum(map(len, fields.values())) + len(taken) > MOST_FIELDS:
                    raise RequestEntityTooLarge()
                fields[name] = taken.decode("utf-8", "replace")
        self._file = event if isinstance(event, File) else None
        return fields

    def _next_file(self) -> File | None:
        while not isinstance(event := self.next_event(), File | Epilogue):
            pass  # a field after the files says nothing to us
        return event if isinstance(event, File) else None

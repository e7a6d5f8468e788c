"""A real mail server for tests: it keeps what it took, and can be stopped, started, slowed and made to refuse."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from portal import clock
from tests.support.services import free_port


@dataclass(frozen=True)
class Taken:
    """One letter the server said it took."""

    recipient: str
    message_id: str
    message: Message
    sender: str = ""  # of the envelope


@dataclass
class SmtpSink:
    """`replies` answers RCPT for a recipient (such as "550 no such user"); `everybody` answers it for all;
    `data` answers DATA for a recipient; `pause` is how many seconds each letter takes; `tls` makes it want
    STARTTLS first."""

    port: int = field(default_factory=free_port)
    replies: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    everybody: str = ""
    pause: float = 0.0
    tls: ssl.SSLContext | None = None
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    _controller: Controller | None = None

    def start(self) -> SmtpSink:
        wanted = {"tls_context": self.tls, "require_starttls": True} if self.tls else {}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **wanted)
        self._controller.start()
        return self

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
        self._controller = None

    def __enter__(self) -> SmtpSink:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def copies(self) -> Counter[str]:
        """How often each Message-ID arrived."""
        return Counter(letter.message_id for letter in self.taken)

    @property
    def recipients(self) -> list[str]:
        return [letter.recipient for letter in self.taken]

    async def handle_EHLO(  # noqa: N802  the name the library calls
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.everybody or self.replies.get(address, "")
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.pause)
        recipient = envelope.rcpt_tos[0]
        if recipient in self.data:
            return self.data[recipient]
        content = envelope.content
        message = message_from_bytes(content if isinstance(content, bytes) else str(content).encode())
        self.taken.append(Taken(recipient, str(message["Message-ID"]), message, envelope.mail_from or ""))
        return "250 OK"


def own_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS with a certificate it made itself, and that certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    day, here = timedelta(days=1), x509.IPAddress(ip_address("127.0.0.1"))
    builder = builder.not_valid_before(clock.wall() - day).not_valid_after(clock.wall() + day)
    made = builder.add_extension(x509.SubjectAlternativeName([here]), critical=False).sign(key, hashes.SHA256())
    private, public = folder / "server.key", folder / "server.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public

"""Reads the certificate that a server shows, valid or not."""

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime

from actions.api import ActionFailed


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A certificate."""

    expires_at: datetime
    #: Who vouches for it.
    issuer: str
    #: SHA-256, in hexadecimal digits: another one is another certificate.
    fingerprint: str


def read_certificate(host: str, port: int, *, timeout_s: float) -> Shown:
    """What *host* shows to whoever asks for it by name. Raises ActionFailed."""
    # 8 MiB, which a stack that only names the check does not need.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415

    # It is read, not trusted: one that has expired has to be seen, too, and nothing is sent.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=timeout_s) as raw,
            context.wrap_socket(raw, server_hostname=host) as wrapped,
        ):
            shown = wrapped.getpeercert(binary_form=True)
    except (OSError, ValueError) as error:
        raise ActionFailed(
            f"{host}:{port} shows no certificate: {error}.", hint="Is it up, and the port right?"
        ) from error
    found = x509.load_der_x509_certificate(shown or b"")
    return Shown(
        expires_at=found.not_valid_after_utc,
        issuer=found.issuer.rfc4514_string(),
        fingerprint=found.fingerprint(hashes.SHA256()).hex(),
    )

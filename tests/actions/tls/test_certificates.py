"""Certificates, as real TLS servers show them."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from actions.tls.certificates import Certificates
from tests.fakes.ports import free_port


def _write_certificate(path: Path, expires_at: datetime) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(expires_at - timedelta(days=90))
        .not_valid_after(expires_at)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    written = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(written + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def tls_server(certificate: Path) -> Iterator[str]:
    """A server that shows *certificate*; its host and port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    raw, _ = listening.accept()
                except OSError:
                    return
                try:
                    context.wrap_socket(raw, server_side=True).close()
                except OSError:
                    raw.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def server(tmp_path: Path, looking) -> Iterator[Callable[..., str]]:
    with ExitStack() as servers:

        def make(**valid: float) -> str:
            expires_at = looking().now() + timedelta(**valid)
            path = _write_certificate(tmp_path / f"{len(list(tmp_path.iterdir()))}.pem", expires_at)
            return servers.enter_context(tls_server(path))

        yield make


def test_each_host_says_how_long_its_certificate_is_valid_also_one_that_has_expired(server, looking):
    soon, over = server(days=12, hours=1), server(days=-2)

    listed = Certificates(hosts=[soon, over]).list_versions(looking())

    assert [(one.number, one.days_left, one.issuer) for one in listed] == [(soon, 12, "CN=shop"), (over, -2, "CN=shop")]
    assert listed[0].state != listed[1].state


def test_a_host_that_shows_none_does_not_hide_the_others(server, looking):
    there, away = server(days=30, hours=1), f"127.0.0.1:{free_port()}"

    listed = Certificates(hosts=[away, there], timeout_s=5).list_versions(looking())

    assert [(one.number, one.days_left) for one in listed] == [(away, 0), (there, 30)]
    assert listed[0].problem.startswith(f"{away} shows no certificate: ")


@pytest.mark.parametrize("written", ["https://a", "a b", "", "a:port"])
def test_what_is_no_host_is_refused(written):
    with pytest.raises(ValueError, match="pattern"):
        Certificates(hosts=[written])

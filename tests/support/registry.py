"""A package registry on this machine that speaks TLS under a certificate of its own, as behind an inspecting proxy."""

from __future__ import annotations

import io
import ipaddress
import ssl
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_WHEEL = "example_package-1.0-py3-none-any.whl"


class Registry:
    """Offers one package, `example-package` 1.0, while it is entered."""

    def __init__(self, folder: Path) -> None:
        """Nobody can ask yet; the certificates go into a folder."""
        self.folder = folder
        self.certificate = folder / "root.pem"  # whoever trusts this file trusts the registry
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Its index."""
        return f"https://127.0.0.1:{self._server.server_address[1]}/simple"

    def asked_for_its_package(self, target: Path) -> list[str]:
        """The arguments with which uv looks for the package and writes its version down."""
        wanted = self.folder / "wanted.in"
        wanted.write_text("example-package\n", "utf-8")
        return ["pip", "compile", "--quiet", str(wanted), "-o", str(target)]

    def __enter__(self) -> Registry:
        """Answer on a free port."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificates(self.certificate))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        """Give the same without its body."""
        self.do_GET()

    def do_GET(self) -> None:
        """Give the page of the package, or the package."""
        if self.path.endswith(".whl"):
            self._send(_wheel(), "application/octet-stream")
        else:
            self._send(f'<!doctype html><a href="/{_WHEEL}">{_WHEEL}</a>'.encode(), "text/html")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing."""


def _wheel() -> bytes:
    told = "example_package-1.0.dist-info"
    parts = {
        f"{told}/METADATA": "Metadata-Version: 2.1\nName: example-package\nVersion: 1.0\n",
        f"{told}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{told}/RECORD": "",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as wheel:
        for name, text in parts.items():
            wheel.writestr(name, text)
    return file.getvalue()


def _certificates(root_file: Path) -> Path:
    """Write a root certificate, and beside it the key and certificate that it vouches for; gives the latter's file."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = _name("An example root")
    root = _certificate(root_name, root_name, root_key, root_key, is_root=True)
    ours = _certificate(_name("127.0.0.1"), root_name, key, root_key, is_root=False)
    root_file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    file = root_file.with_name("registry.pem")
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + ours.public_bytes(serialization.Encoding.PEM))
    return file


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _certificate(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, issuer_key: ec.EllipticCurvePrivateKey, is_root: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )

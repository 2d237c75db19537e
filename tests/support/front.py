"""A proxy in front of web: the examples of `deploy/`, run for real, with a certificate that was made just now."""

from __future__ import annotations

import datetime
import os
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cordial.bootstrap import PROJECT
from tests.support.system import free_port, until

HOST = "chat.clinic.example"
ORIGIN = f"https://{HOST}"
_EXAMPLES = PROJECT / "deploy"
_WHERE = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


class Front:
    """A proxy that runs; `port` has TLS, `plain_port` has none."""

    def __init__(self, folder: Path, web_port: int) -> None:
        """Choose its ports and make its certificate."""
        self.folder, self.web_port = folder, web_port
        self.port, self.plain_port = free_port(), free_port()
        self.certificate, self.key = _make_certificate(folder)

    def client(self, address: str = "127.0.0.1", **headers: str) -> httpx.Client:
        """Somebody who comes from an address of loopback, and who believes this certificate alone."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        headers = {"Host": HOST, "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", **headers}
        way = _ByName(verify=trusted, local_address=address)
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.port}", transport=way, headers=headers, timeout=30, trust_env=False
        )

    def answers(self) -> bool:
        """Whether it is up."""
        with self.client() as client:
            try:
                return client.get("/healthz").status_code in {200, 503}
            except httpx.TransportError:
                return False


class _ByName(httpx.HTTPTransport):
    """As if the name of the host led here: it is asked for, and the certificate has to be for it."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = HOST
        return super().handle_request(request)


@contextmanager
def nginx(folder: Path, web_port: int) -> Iterator[Front]:
    """The example for nginx."""
    program, front = _program("nginx"), Front(folder, web_port)
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{web_port}",
        "listen 80;": f"listen 127.0.0.1:{front.plain_port};",
        "listen 443 ssl": f"listen 127.0.0.1:{front.port} ssl",
        f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(front.certificate),
        f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(front.key),
    }
    site = _changed("nginx.conf", changes, folder)
    own = "".join(f"{name}_temp_path {folder / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    around = folder / "around.conf"
    user = "user root;\n" if os.getuid() == 0 else ""
    around.write_text(
        f"{user}daemon off;\npid {folder / 'pid'};\nerror_log stderr;\nevents {{}}\nhttp {{\n{own}include {site};\n}}\n"
    )
    with _running([program, "-p", str(folder), "-c", str(around)], front):
        yield front


@contextmanager
def caddy(folder: Path, web_port: int) -> Iterator[Front]:
    """The example for Caddy."""
    program, front = _program("caddy"), Front(folder, web_port)
    ports = f"admin off\n\thttp_port {front.plain_port}\n\thttps_port {front.port}\n\tdefault_bind 127.0.0.1"
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{web_port}",
        "{\n\t# Open": f"{{\n\t{ports}\n\t# Open",
        "# tls /path/to/fullchain.pem /path/to/privkey.pem": f"tls {front.certificate} {front.key}",
    }
    site = _changed("Caddyfile", changes, folder)
    with _running([program, "run", "--adapter", "caddyfile", "--config", str(site)], front):
        yield front


NewFront = Callable[[Path, int], AbstractContextManager[Front]]
FRONTS: dict[str, NewFront] = {"nginx": nginx, "Caddy": caddy}


def _program(name: str) -> str:
    program = shutil.which(name, path=_WHERE)
    if program is None:
        pytest.skip(f"there is no {name} on this machine")
    return program


def _changed(name: str, changes: dict[str, str], folder: Path) -> Path:
    """An example with what an administrator has to change in it, and nothing else."""
    text = (_EXAMPLES / name).read_text("utf-8")
    for old, new in changes.items():
        assert text.count(old) == 1, f"{old} stands {text.count(old)} times in {name}"
        text = text.replace(old, new)
    file = folder / name
    file.write_text(text, "utf-8")
    return file


@contextmanager
def _running(command: list[str], front: Front) -> Iterator[None]:
    told = front.folder / "proxy.log"
    environment = {
        **os.environ,
        "HOME": str(front.folder),
        "XDG_DATA_HOME": str(front.folder),
        "XDG_CONFIG_HOME": str(front.folder),
    }
    with told.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        until(lambda: process.poll() is not None or front.answers(), 30, told.read_text("utf-8", "replace"))
        assert process.poll() is None, told.read_text("utf-8", "replace")
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()
            process.wait()


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for the host of the examples, good for a day; with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "fullchain.pem", folder / "privkey.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(*kinds))
    return files

"""What the operating system and installers complain about, as one sentence with what to do. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
UNTRUSTED = "invalid peer certificate"  # as uv says it
# What installers print, in the order in which it is looked for: the first sign that is there tells why they failed.
_REASONS: Sequence[tuple[Sequence[str], str]] = (
    (("no space left", "os error 28"), "The disk is full: free about 6 GB and run the command again."),
    (
        ("ensurepip is not available",),
        "Python's own installer is missing (ensurepip). On Debian and Ubuntu: `sudo apt install python3.11-venv`, then run the "
        "command again.",
    ),
    (
        ("could not find a suitable tls ca certificate bundle",),
        "The certificate file that pip is set up with is not there: correct PIP_CERT or pip's setting `cert`, then run the "
        "command again.",
    ),
    (
        (UNTRUSTED, "certificate_verify_failed", "confirming the ssl certificate"),
        "The certificate of the package registry is not trusted here. If your network inspects TLS, set PIP_CERT to the file "
        "with its root certificate, then run the command again.",
    ),
    (
        ("tunnel error", "proxyerror", "proxy authentication required", "cannot connect to proxy"),
        "The package registry cannot be reached through the proxy: check HTTPS_PROXY and HTTP_PROXY, then run the command "
        "again.",
    ),
    (
        ("dns error", "name resolution", "name or service not known", "nodename nor servname"),
        "The package registry cannot be reached, since its name is not known here (DNS): check the network and the index that "
        "pip is set up with, then run the command again.",
    ),
    (
        (
            "connection refused",
            "connect error",
            "failed to connect",
            "network is unreachable",
            "timed out",
            "error sending request",
            "could not connect",
            "newconnectionerror",
        ),
        "The package registry cannot be reached: check the network, then run the command again.",
    ),
)
_NO_SUCH_VERSION = re.compile(
    r"there is no version of (\S+)|because (\S+) was not found in the package|no matching distribution found for (\S+)",
    re.IGNORECASE,
)


def explain_os_error(error: OSError) -> str:
    """An operating system error as a sentence with what to do."""
    place = error.filename or PROJECT
    if error.errno == 28:
        return f"The disk is full ({place}): free some space and run the command again."
    if error.errno in {13, 30}:
        return f"{place} cannot be written: check its permissions, or set CORDIAL_DATA to another folder."
    return f"{place}: {error.strerror or error}."


def explain_failure(output: str) -> str:
    """What an installer printed, as one sentence."""
    low = " ".join(output.lower().split())  # they break lines where they like
    for signs, sentence in _REASONS:
        if any(sign in low for sign in signs):
            return sentence
    missing = _NO_SUCH_VERSION.search(output)
    if missing:
        package = next(filter(None, missing.groups()))
        # Pip says the same of an index that lacks a package and of one that it could not read.
        where = "cannot be reached or does not have" if "(from versions: none)" in low else "does not have"
        return f"The package registry {where} {package}: check the index that pip is set up with, then run the command again."
    lines = [line for line in output.strip().splitlines() if line.strip()]
    return "A step failed: " + (lines[-1].strip() if lines else "it printed nothing") + "."

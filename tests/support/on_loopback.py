"""Runs a program where there is loopback and nothing else, and says how often anything was addressed to the world outside.

``unshare --user --map-root-user --net python -m tests.support.on_loopback PROGRAM ARGUMENTS…``; the number is the last line.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import subprocess
import sys
from pathlib import Path

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_INTERFACE = "16sh22x"


def loopback_up() -> None:
    """A new network has loopback, but it is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, struct.pack(_INTERFACE, b"lo", 0))
        flags = struct.unpack(_INTERFACE, asked)[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack(_INTERFACE, b"lo", flags | _IFF_UP))


def addressed_outside() -> int:
    """How often this network was asked for a way that it does not have; looking up a name counts, too."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text("ascii").splitlines() if line.startswith("Ip:")]
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text("ascii").splitlines())
    return int(dict(zip(*lines, strict=True))["OutNoRoutes"]) + int(six["Ip6OutNoRoutes"])


if __name__ == "__main__":
    loopback_up()
    code = subprocess.run(sys.argv[1:], check=False).returncode
    sys.stdout.write(f"{addressed_outside()}\n")
    sys.exit(code)

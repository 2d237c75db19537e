"""Where a request comes from, as far as it can be known."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection


def address_of(request: HTTPConnection, trusted_proxies: int) -> str:
    """The address to count a request under; of IPv6 the network that one household or one server has.

    Args:
        request: the request.
        trusted_proxies: how many proxies stand in front. Each adds to X-Forwarded-For whom it was called by, so the caller of
            the outermost is that many from the right; what stands further left anybody can have written.
    """
    peer = request.client.host if request.client else ""
    named = [part.strip() for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
    if 0 < trusted_proxies <= len(named):
        return _network(named[-trusted_proxies]) or _network(peer) or "unknown"
    return _network(peer) or "unknown"


def came_by_tls(request: HTTPConnection, trusted_proxies: int) -> bool:
    """Whether the browser's connection was encrypted; a proxy in front says so in X-Forwarded-Proto."""
    if trusted_proxies:
        schemes = request.headers.get("x-forwarded-proto", "").split(",")
        return schemes[-1].strip().lower() == "https"
    return request.url.scheme == "https"


def _network(text: str) -> str:
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:  # an IPv4 address with a port
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)

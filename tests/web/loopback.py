"""Loopback addresses: one for every site, and none that others can reach."""

from __future__ import annotations

import socket


def feed_address(feed: int) -> str:
    """Give the loopback address that is a generated feed's own."""
    return f"127.{1 + feed // 62_500}.{feed // 250 % 250}.{1 + feed % 250}"


def bind_loopback(port: int) -> tuple[socket.socket, bool]:
    """Bind every loopback address, and nothing else, where the system allows it; 127.0.0.1 where not."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        host = "0.0.0.0"
    except (AttributeError, OSError):
        host = "127.0.0.1"
    sock.bind((host, port))
    return sock, host != "127.0.0.1"

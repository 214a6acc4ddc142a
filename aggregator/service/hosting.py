"""What file hosts have to be told: types, headers, the page for wrong addresses, and where old addresses lead."""

from __future__ import annotations

from html import escape
from typing import Final

TYPES: Final = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "opml": "text/x-opml; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}
"""Types that hosts do not know by the ending, or not with the charset."""

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def hosting_files(prefix: str) -> dict[str, bytes]:
    """Give the files that hosts read: Netlify and Cloudflare ``_headers``, Apache ``.htaccess``, GitHub ``.nojekyll``.

    Args:
        prefix: Path of the base address.
    """
    prefix = prefix.rstrip("/")
    return {"_headers": _headers(prefix), ".htaccess": _htaccess(prefix), ".nojekyll": b""}


def forwarding(to: str) -> bytes:
    """Write a page that leads to another one, relative to it, also without scripts."""
    there = escape(to)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Moved</title>\n'
        f'<link rel="canonical" href="{there}">\n<meta http-equiv="refresh" content="0; url={there}">\n</head>\n'
        f'<body>\n<p><a href="{there}">It is here.</a></p>\n</body>\n</html>\n'
    ).encode()


def _headers(prefix: str) -> bytes:
    lines = [
        f"{prefix}/*",
        f"  Content-Security-Policy: {_POLICY}",
        "  Referrer-Policy: no-referrer",
        "  X-Content-Type-Options: nosniff",
    ]
    for ending, media_type in TYPES.items():
        lines += [f"{prefix}/*.{ending}", f"  Content-Type: {media_type}", "  Access-Control-Allow-Origin: *"]
    for folder in ("e", "s"):
        lines += [f"{prefix}/{folder}/*", "  X-Robots-Tag: noindex"]
    return ("\n".join(lines) + "\n").encode()


def _htaccess(prefix: str) -> bytes:
    lines = [f"ErrorDocument 404 {prefix}/404.html"]
    lines += [f'AddType "{media_type}" .{ending}' for ending, media_type in TYPES.items()]
    lines += [
        "<IfModule mod_headers.c>",
        f'Header set Content-Security-Policy "{_POLICY}"',
        'Header set Referrer-Policy "no-referrer"',
        'Header set X-Content-Type-Options "nosniff"',
        f'<FilesMatch "\\.({"|".join(TYPES)})$">',
        'Header set Access-Control-Allow-Origin "*"',
        "</FilesMatch>",
        "</IfModule>",
    ]
    return ("\n".join(lines) + "\n").encode()

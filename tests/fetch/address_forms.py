"""Many ways to write, or to hide, an address that is not public."""

# ruff: noqa: RUF001 - what looks like another character is the point of these strings

from __future__ import annotations

# What stands between `http://` and the path. Every one of them means, to some program, a place that is not public.
FORMS = (
    # Loopback, written plainly and otherwise
    *("127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1", "0x7F.0x0.0x0.0x1"),
    *("0177.0.0.1", "017700000001", "0177.1", "00000177.0.0.1", "127.0.0.1.", "127.1.", "0", "0.0.0.0", "0x0", "0.0"),
    *("localhost", "LOCALHOST", "localhost.", "ip6-localhost", "127.0.0.1:80", "127.0.0.1:8080", "127.0.0.1:0080"),
    # Digits, letters and dots of other alphabets
    *(
        "①②⑦.⓪.⓪.①",
        "１２７.０.０.１",
        "127。0。0。1",
        "127．0．0．1",
        "127｡0｡0｡1",
        "⑫7.0.0.1",
        "ⓛocalhost",
        "𝟏𝟐𝟕.0.0.1",
    ),
    # Escapes, and what two parsers may read differently
    *("%31%32%37.0.0.1", "%6c%6fcalhost", "localhost%2e", "127.0.0.1%2f", "127.0.0.1%00.names.test", "127.0.0.1%09"),
    *("public.names.test@127.0.0.1", "1.1.1.1@127.0.0.1", "1.1.1.1:80@127.0.0.1:80", "a:b@c:d@127.0.0.1"),
    *("1.1.1.1\\@127.0.0.1", "1.1.1.1\\\\@127.0.0.1", "127.0.0.1\\@1.1.1.1", "127.0.0.1\\.names.test", "\\127.0.0.1"),
    *("127.0.0.1#@1.1.1.1", "127.0.0.1?@1.1.1.1", "127.0.0.1&@1.1.1.1#@127.0.0.1", "/127.0.0.1", " 127.0.0.1"),
    # IPv6: loopback, unspecified, and addresses that carry one of IPv4
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
    *("[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]"),
    *("[2002:7f00:1::1]", "[2002:a00:1::]", "[2001:0:7f00:1::]", "[2001:0:ffff::80ff:fffe]", "[::ffff:10.0.0.1]"),
    # IPv6 that is not public
    *("[fc00::1]", "[fd12:3456:789a::1]", "[fe80::1]", "[fe80::1%25lo]", "[fe80::1%lo]", "[fec0::1]", "[ff02::1]"),
    *("[ff0e::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]", "[100::1]", "[fd00:ec2::254]"),
    # Private networks, shared address space, benchmarks, documentation
    *("10.0.0.1", "10.1", "167772161", "0xa000001", "012.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1"),
    *("192.168.257", "3232235521", "100.64.0.1", "100.127.255.254", "198.18.0.1", "192.0.0.1", "192.0.2.1"),
    *("198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    # Where clouds keep their credentials
    *("169.254.169.254", "169.254.43518", "2852039166", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE", "0251.0376.0251.0376"),
    *("[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]"),
    # Names that lead there
    *("inside.names.test", "metadata.names.test", "half.names.test", "half6.names.test", "alias.names.test"),
)

# What a name's later answers are, after a first one that is public.
TURNS_TO = (
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
    *("198.18.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1"),
    *("fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "5f00::1", "fd00:ec2::254"),
)
PUBLIC = "93.184.216.34"
NAMES = {
    "public.names.test": (PUBLIC,),
    "inside.names.test": ("10.0.0.1",),
    "metadata.names.test": ("169.254.169.254",),
    "half.names.test": (PUBLIC, "127.0.0.1"),
    "half6.names.test": (PUBLIC, "::1"),
    "alias.names.test": ("127.0.0.1",),
}

#!/usr/bin/env python3
"""The servers that tests/unit/test_net_http.c talks to: good ones with routes of every kind, and ones whose TLS is wrong.

Writes one line a value to standard output, "name value", and ends them with "ready"; runs until standard input closes.
"""

import os
import socket
import ssl
import sys
import tempfile

from https_server import (ConnectProxy, HttpsServer, close, echo, endless_headers, garbage, gzip, hang, huge, number,
                          number_and_close, number_and_more, redirect, reset, sequence, slow, slow_headers, static, status, truncated)
from tls_pki import TlsPki

MIB = 1024 * 1024


def add_routes(server):
    routes = {
        "/small": b"hello",
        "/empty": b"",
        "/echo": echo(),
        "/validators": static(b"content", '"v1"', "max-age=60", "Tue, 03 Nov 2026 10:00:00 GMT", {"Age": "7"}),
        "/odd-headers": status(200, [("ETag", "not quoted"), ("Cache-Control", "private"), ("Cache-Control", "max-age=5"),
                                     ("Last-Modified", "x" * 2000)], b"odd"),
        "/overlong-cache-control": status(200, {"Cache-Control": "max-age=60, x=" + "y" * 2000}, b"odd"),
        "/redirect": redirect("https://user:secret@elsewhere.example/x"),
        "/missing": status(404, (), b"x" * (2 * MIB)),
        "/busy": status(429, {"Retry-After": "1"}, b"later"),
        "/exactly": b"A" * MIB,
        "/announced": huge(64 * MIB, chunked=False),
        "/unannounced": huge(64 * MIB, chunked=True),
        "/truncated": truncated(b"half", 8),
        "/slow": slow(20, b"A" * 10000),
        "/slow-headers": slow_headers(),
        "/endless-headers": endless_headers(),
        "/hang": hang(),
        "/garbage": garbage(),
        "/gzip": gzip(b"hello" * 1000),
        "/reset": reset(),
        "/close": close(),
        "/early-hints": lambda exchange: (
            exchange.send(b'HTTP/1.1 103 Early Hints\r\nETag: "early"\r\nContent-Encoding: gzip\r\n\r\n'),
            exchange.respond(200, (), b"final")),
        "/number": number(),
        "/number-and-close": number_and_close(),
        "/number-and-more": number_and_more(),
        "/number-and-more-later": number_and_more(0.1),
        "/then-good": sequence([status(500), status(503), b"at last"]),
        "/busy-then-good": sequence([status(429, {"Retry-After": "1"}), b"at last"]),
        "/reset-then-good": sequence([reset(), b"at last"]),
    }
    for path, handler in routes.items():
        server.route(path, handler)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def main():
    with tempfile.TemporaryDirectory(prefix="sealgate-net-") as folder:
        pki = TlsPki(os.path.join(folder, "one"))
        other = TlsPki(os.path.join(folder, "two"), "Other TLS CA")
        good = HttpsServer(*pki.server("good")).start()
        add_routes(good)
        servers = {
            "good": good,
            "keeping": HttpsServer(*pki.server("keeping", ["localhost", "pki.example"]), keep_alive=True).start(),
            "wrong_host": HttpsServer(*pki.server("wrong", ["other.example"])).start(),
            "expired": HttpsServer(*pki.server("late", expired=True)).start(),
            "unknown_ca": HttpsServer(*other.server("stranger")).start(),
            "self_signed": HttpsServer(*pki.self_signed("self")).start(),
            "old_tls": HttpsServer(*pki.server("old"), min_version=ssl.TLSVersion.TLSv1_1,
                                   max_version=ssl.TLSVersion.TLSv1_1, ciphers="ALL:@SECLEVEL=0").start(),
            # A name that only the proxy knows, and one that resolves to loopback without being spelled so.
            "named": HttpsServer(*pki.server("named", ["pki.example", "named.localhost"])).start(),
        }
        add_routes(servers["named"])
        add_routes(servers["keeping"])
        proxies = {
            "proxy": ConnectProxy(("127.0.0.1", servers["named"].port), credentials="user:open sesame").start(),
            "keeping_proxy": ConnectProxy(("127.0.0.1", servers["keeping"].port)).start(),
            "refusing_proxy": ConnectProxy(answer=403).start(),
        }
        empty = os.path.join(folder, "empty.pem")
        with open(empty, "w", encoding="ascii"):
            pass
        for name, server in {**servers, **proxies}.items():
            print(name, server.port)
        print("closed", closed_port())
        print("ca", pki.ca)
        print("other_ca", other.ca)
        print("empty_ca", empty)
        print("ready", flush=True)
        sys.stdin.read()
        for server in [*servers.values(), *proxies.values()]:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

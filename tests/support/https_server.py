#!/usr/bin/env python3
"""A loopback HTTPS server that can misbehave, for the end-to-end tests and the demo. Python's standard library only.

As a module:

    with HttpsServer(cert="server.pem", key="server.key") as server:
        server.route("/list.json", static(body, etag='"1"', cache_control="max-age=60"))
        server.route("/crl", sequence([status(500), b"..."]))
        ... ask server.url("/list.json") ...
        server.count("/list.json"), server.requests[0].headers["user-agent"]

As a script it serves the files of a folder until it is killed or, when standard input is a pipe, until that closes:

    python3 https_server.py --cert C --key K --root DIR --port-file F [--cache-control VALUE]

A handler is bytes (answered as 200) or a function that is given an Exchange. Every connection serves one request, unless the
server is made with keep_alive.
"""

import argparse
import base64
import email.utils
import gzip as gzip_module
import hashlib
import os
import select
import signal
import socket
import ssl
import stat
import struct
import sys
import threading
import time

PHRASES = {
    200: "OK", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently", 302: "Found", 303: "See Other",
    304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 403: "Forbidden",
    404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout",
}
HEAD_MAX_BYTES = 64 * 1024


class Request:
    """One request as it came. Header names are in lower case."""

    def __init__(self, method, path, headers):
        self.method = method
        self.path = path
        self.headers = headers

    def __repr__(self):
        return f"Request({self.method} {self.path})"


class Exchange:
    """A request and the connection that waits for its answer; connections are numbered from 1."""

    def __init__(self, server, connection, request, number):
        self.server = server
        self.connection = connection
        self.request = request
        self.number = number
        self.last = not server.keep_alive

    def send(self, data):
        """Sends raw bytes. False once the client is gone."""
        try:
            self.connection.sendall(data)
            return True
        except OSError:
            return False

    def sleep(self, seconds):
        """Waits, but no longer than the server runs. False once it stops."""
        return not self.server.stopping.wait(seconds)

    def head(self, code, headers=(), length=None):
        """Sends status line and headers; `length` is the Content-Length, None for none."""
        lines = [f"HTTP/1.1 {code} {PHRASES.get(code, 'Something')}"]
        lines += ["Connection: close"] if not self.server.keep_alive else []
        if length is not None:
            lines.append(f"Content-Length: {length}")
        pairs = headers.items() if isinstance(headers, dict) else headers
        lines.extend(f"{name}: {value}" for name, value in pairs)
        return self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def respond(self, code, headers=(), body=b""):
        """A whole, well-formed answer. A 304 has no body."""
        self.head(code, headers, None if code == 304 else len(body))
        if body and code != 304:
            self.send(body)

    def reset(self):
        """Breaks the connection with a TCP reset."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        plain = self.connection.detach()
        os.close(plain)


# --- handlers -----------------------------------------------------------------------------------------------------------


def status(code, headers=(), body=b""):
    """Any status."""
    return lambda exchange: exchange.respond(code, headers, body)


def redirect(to, code=302):
    """A redirect to the URL `to`."""
    return status(code, {"Location": to})


def static(body, etag=None, cache_control=None, last_modified=None, headers=()):
    """A 200 with validators; a 304 when the request has the same one."""

    def handle(exchange):
        extra = list(headers.items() if isinstance(headers, dict) else headers)
        extra += [("ETag", etag)] if etag else []
        extra += [("Cache-Control", cache_control)] if cache_control else []
        extra += [("Last-Modified", last_modified)] if last_modified else []
        asked = exchange.request.headers
        if "if-none-match" in asked:
            same = etag is not None and etag in [tag.strip() for tag in asked["if-none-match"].split(",")]
        else:
            same = last_modified is not None and asked.get("if-modified-since") == last_modified
        if same:
            exchange.respond(304, extra)
        else:
            exchange.respond(200, extra, body)

    return handle


def slow(bytes_per_second, body, headers=()):
    """The body in small steps; headers at once."""

    def handle(exchange):
        exchange.head(200, headers, len(body))
        step = max(1, bytes_per_second // 10)
        for at in range(0, len(body), step):
            if not exchange.send(body[at : at + step]) or not exchange.sleep(step / bytes_per_second):
                return

    return handle


def slow_headers(bytes_per_second=1):
    """Headers that never end."""

    def handle(exchange):
        exchange.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while exchange.send(b"a") and exchange.sleep(1 / bytes_per_second):
            pass

    return handle


def endless_headers(total_bytes=1 << 30):
    """As many headers as the client takes, as fast as it takes them."""

    def handle(exchange):
        exchange.send(b"HTTP/1.1 200 OK\r\n")
        line = b"X-Filler: " + b"a" * 1000 + b"\r\n"
        sent = 0
        while sent < total_bytes and exchange.send(line):
            sent += len(line)

    return handle


def hang(seconds=3600):
    """Takes the request and never answers."""
    return lambda exchange: exchange.sleep(seconds)


def huge(total_bytes, chunked=True):
    """A body of so many bytes: in chunks, without an announced length, or with one."""

    def handle(exchange):
        block = b"A" * 65536
        exchange.head(200, {"Transfer-Encoding": "chunked"} if chunked else (), None if chunked else total_bytes)
        left = total_bytes
        while left > 0:
            piece = block[: min(left, len(block))]
            framed = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
            if not exchange.send(framed):
                return
            left -= len(piece)
        if chunked:
            exchange.send(b"0\r\n\r\n")

    return handle


def truncated(body, claimed_length):
    """Announces more bytes than it sends."""

    def handle(exchange):
        exchange.head(200, (), claimed_length)
        exchange.send(body)

    return handle


def garbage(data=b"\x00\x01\x02 this is no HTTP\r\n\r\n" * 20):
    """Bytes that are no HTTP."""
    return lambda exchange: exchange.send(data)


def gzip(body, claim=True):
    """The body compressed, whether or not the client asked for that; `claim` says so in Content-Encoding."""
    return status(200, {"Content-Encoding": "gzip"} if claim else (), gzip_module.compress(body))


def reset():
    """Breaks the connection once the request is there."""
    return lambda exchange: exchange.reset()


def close():
    """Ends the connection without an answer."""
    return lambda exchange: None


def number():
    """Which connection it is."""
    return lambda exchange: exchange.respond(200, (), str(exchange.number).encode())


def number_and_close():
    """Which connection it is, and ends it, though nothing in the answer said so."""

    def handle(exchange):
        number()(exchange)
        exchange.last = True

    return handle


def number_and_more(pause=0):
    """Which connection it is, and behind that, at once or a while later, an answer that nobody asked for."""

    def handle(exchange):
        number()(exchange)
        if exchange.sleep(pause):
            exchange.respond(200, (), b"unasked")

    return handle


def after(seconds, handler):
    """The same a while later."""

    def handle(exchange):
        if exchange.sleep(seconds):
            run_handler(handler, exchange)

    return handle


def sequence(handlers):
    """Another handler for each request; the last one stays."""
    left = list(handlers)
    lock = threading.Lock()

    def handle(exchange):
        with lock:
            handler = left.pop(0) if len(left) > 1 else left[0]
        run_handler(handler, exchange)

    return handle


def echo():
    """Answers with the request's own headers, one a line."""

    def handle(exchange):
        lines = [f"{name}: {value}\n" for name, value in exchange.request.headers.items()]
        exchange.respond(200, {"Content-Type": "text/plain"}, "".join(lines).encode())

    return handle


def folder(root, cache_control=None):
    """The files of a folder, with ETags, read anew for each request."""
    base = os.path.realpath(root)

    def handle(exchange):
        name = exchange.request.path.split("?")[0].lstrip("/")
        path = os.path.realpath(os.path.join(base, name))
        if not path.startswith(base + os.sep) or not os.path.isfile(path):
            exchange.respond(404, {"Content-Type": "text/plain"}, b"no such file\n")
            return
        with open(path, "rb") as file:
            body = file.read()
        etag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
        modified = email.utils.formatdate(os.stat(path).st_mtime, usegmt=True)
        static(body, etag, cache_control, modified)(exchange)

    return handle


def run_handler(handler, exchange):
    if isinstance(handler, (bytes, bytearray)):
        exchange.respond(200, (), bytes(handler))
    else:
        handler(exchange)


# --- the server ---------------------------------------------------------------------------------------------------------


def read_head(connection):
    """Everything up to the empty line, or None when it does not come."""
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) > HEAD_MAX_BYTES:
            return None
        piece = connection.recv(4096)
        if not piece:
            return None
        data += piece
    return data.split(b"\r\n\r\n")[0].decode("latin-1")


def parse_head(head):
    lines = head.split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Request(method, path, headers)


class Listener:
    """Accepts connections on a free port of 127.0.0.1, a thread for each."""

    def __init__(self):
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept_all, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *ignored):
        self.stopping.set()
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            pass
        self.thread.join(timeout=5)
        self.listener.close()

    def start(self):
        return self.__enter__()

    def stop(self):
        self.__exit__()

    def accept_all(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_safely, args=(connection,), daemon=True).start()

    def serve_safely(self, connection):
        with connection:
            if self.stopping.is_set():
                return
            try:
                connection.settimeout(30)
                self.serve(connection)
            except (OSError, ValueError):
                pass

    def serve(self, connection):
        """What a kind of server does with one connection."""


class HttpsServer(Listener):
    """See the module's text. `cert` may be a chain; `min_version` and `max_version` are ssl.TLSVersion values."""

    def __init__(self, cert, key, min_version=None, max_version=None, ciphers=None, keep_alive=False):
        super().__init__()
        self.keep_alive = keep_alive
        self.served = 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        if min_version is not None:
            self.context.minimum_version = min_version
        if max_version is not None:
            self.context.maximum_version = max_version
        if ciphers is not None:
            self.context.set_ciphers(ciphers)
        self.routes = {}
        self.fallback = status(404, {"Content-Type": "text/plain"}, b"no such route\n")
        self.requests = []

    def url(self, path="/", host="localhost"):
        return f"https://{host}:{self.port}{path}"

    def route(self, path, handler):
        with self.lock:
            self.routes[path] = handler

    def count(self, path):
        with self.lock:
            return sum(1 for request in self.requests if request.path.split("?")[0] == path)

    def requests_for(self, path):
        with self.lock:
            return [request for request in self.requests if request.path.split("?")[0] == path]

    def forget(self):
        with self.lock:
            self.requests.clear()

    def serve(self, plain):
        connection = self.context.wrap_socket(plain, server_side=True)
        with self.lock:
            self.served += 1
            number_of_this = self.served
        while self.serve_one(connection, number_of_this):
            pass
        if connection.fileno() >= 0:
            connection.settimeout(2)
            connection.unwrap().close()

    def serve_one(self, connection, number_of_this):
        """True when the connection may serve another request."""
        head = read_head(connection)
        if head is None:
            return False
        request = parse_head(head)
        with self.lock:
            self.requests.append(request)
            handler = self.routes.get(request.path.split("?")[0], self.fallback)
        exchange = Exchange(self, connection, request, number_of_this)
        run_handler(handler, exchange)
        return not exchange.last and connection.fileno() >= 0


class ConnectProxy(Listener):
    """An HTTP proxy that knows CONNECT only. `leads_to` sends every tunnel to one (host, port), whatever name was asked for;
    `credentials` ("user:password") are demanded when given; `answer` is a status to refuse with."""

    def __init__(self, leads_to=None, credentials=None, answer=None):
        super().__init__()
        self.leads_to = leads_to
        self.credentials = credentials
        self.answer = answer
        self.requests = []

    def allowed(self, request):
        if self.credentials is None:
            return True
        wanted = "Basic " + base64.b64encode(self.credentials.encode()).decode()
        return request.headers.get("proxy-authorization") == wanted

    def serve(self, client):
        head = read_head(client)
        if head is None:
            return
        request = parse_head(head)
        with self.lock:
            self.requests.append(request)
        code = self.answer
        if code is None and not self.allowed(request):
            code = 407
        if code is None and request.method != "CONNECT":
            code = 400
        if code is not None:
            client.sendall(f"HTTP/1.1 {code} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return
        host, _, port = request.path.rpartition(":")
        target = self.leads_to if self.leads_to is not None else (host, int(port))
        with socket.create_connection(target, timeout=10) as upstream:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self.relay(client, upstream)

    def relay(self, client, upstream):
        other = {client: upstream, upstream: client}
        while not self.stopping.is_set():
            ready, _, _ = select.select([client, upstream], [], [], 1)
            for side in ready:
                data = side.recv(65536)
                if not data:
                    return
                other[side].sendall(data)


# --- the script ---------------------------------------------------------------------------------------------------------


def write_port_file(path, port):
    """Written whole or not at all: who waits for the file can read it at once."""
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="ascii") as file:
        file.write(f"{port}\n")
    os.replace(temporary, path)


def wait_for_end():
    """Until a signal or, when standard input is a pipe, until that closes. A terminal or /dev/null is not waited for: a shell
    gives /dev/null to what it runs in the background."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *ignored: ended.set())
    try:
        mode = os.fstat(0).st_mode
        watched = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    except OSError:
        watched = False

    def drain():
        while os.read(0, 4096):
            pass
        ended.set()

    if watched:
        threading.Thread(target=drain, daemon=True).start()
    while not ended.wait(0.5):
        pass


def main():
    parser = argparse.ArgumentParser(description="Serves the files of a folder over HTTPS on a loopback port.")
    parser.add_argument("--cert", required=True, help="PEM file with the server's certificate chain")
    parser.add_argument("--key", required=True, help="PEM file with its key")
    parser.add_argument("--root", required=True, help="folder to serve")
    parser.add_argument("--port-file", required=True, help="file to write the port to, once it is open")
    parser.add_argument("--cache-control", help="value of Cache-Control in every answer")
    options = parser.parse_args()
    server = HttpsServer(options.cert, options.key)
    server.fallback = folder(options.root, options.cache_control)
    with server:
        write_port_file(options.port_file, server.port)
        wait_for_end()
    return 0


if __name__ == "__main__":
    sys.exit(main())

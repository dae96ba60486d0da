"""A real HTTP server on a loopback port that answers as a test says: slow, cut, huge, redirecting."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        #: bytes of a body that were sent before the client left
        self.sent = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, dict(self.headers.items())))
                try:
                    server.answers.get(self.path, status(404))(self)
                except OSError:
                    pass  # the client left

            def log_message(self, *arguments: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.port = int(self._http.server_address[1])
        self.stopping = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, path: str, answer: Answer) -> str:
        """Answer this path so; gives its address."""
        self.answers[path] = answer
        return self.url(path)

    @contextmanager
    def running(self) -> Iterator[Server]:
        thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join(5)

    def stream(self, total: int, *, announced: bool = True, block: bytes = b"x" * 65536) -> Answer:
        """A body of so many bytes, made as it is sent; `sent` counts them."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            if announced:
                handler.send_header("Content-Length", str(total))
            handler.end_headers()
            while self.sent < total:
                handler.wfile.write(block)
                self.sent += len(block)

        return answer

    def drip(self, *, headers: bool = False) -> Answer:
        """A byte now and then, for ever."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            if headers:
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            else:
                handler.send_response(200)
                handler.end_headers()
            while not self.stopping.wait(0.05):
                handler.wfile.write(b"x")
                handler.wfile.flush()

        return answer


def body(content: bytes, *, length: int | None = None, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def gzipped(content: bytes, *, cut: int = 0) -> Answer:
    packed = gzip.compress(content)
    return body(packed[:-cut] if cut else packed, Content_Encoding="gzip")


def status(code: int) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def redirect(to: str, code: int = 302) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer

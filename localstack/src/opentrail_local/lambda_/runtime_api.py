"""The Lambda Runtime API (2018-06-01) for one function process.

The runtime client asks for the next invocation, is held until there is one, and posts what came of it.
Which process that is, how long it may take and what becomes of its output is `function_process`'s.
"""

import socket
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread

PREFIX = "/2018-06-01/runtime/"
MAX_RESPONSE = 6 * 1024 * 1024 + 100  # bytes, Lambda's quota of a synchronous answer with what AWS adds


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a function is called with."""

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str
    deadline_ms: int  # epoch milliseconds at which the function is killed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a function answered; `payload` describes the error when it failed."""

    payload: bytes
    failed: bool


class RuntimeApi:
    """A server on an ephemeral port of 127.0.0.1 that one process talks to.

    `initialised` is done when the process asked for its first invocation (None) or reported that it cannot
    start (its Outcome).
    """

    def __init__(self) -> None:
        self.initialised: Future[Outcome | None] = Future()
        self._next: SimpleQueue[tuple[Invocation, Future[Outcome]] | None] = SimpleQueue()
        self._running: tuple[Invocation, Future[Outcome]] | None = None
        self._server = _Server(self)
        Thread(target=self._server.accept, name="lambda-runtime-api", daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port, as in AWS_LAMBDA_RUNTIME_API."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def offer(self, invocation: Invocation) -> Future[Outcome]:
        """Hand out an invocation; the future ends when the process has answered."""
        answered: Future[Outcome] = Future()
        self._next.put((invocation, answered))
        return answered

    def taken(self, invocation: Invocation) -> bool:
        """Whether the process has got this invocation."""
        return self._running is not None and self._running[0] is invocation

    def close(self) -> None:
        """Stop serving; a process that waits for an invocation loses its connection."""
        self._next.put(None)
        with suppress(OSError):  # closed before
            self._server.socket.shutdown(socket.SHUT_RDWR)  # which ends the waiting accept()
        self._server.server_close()

    # What the process says, called from the server's threads.

    def take_next(self) -> Invocation | None:
        """Wait for an invocation; None when the API closes."""
        self._running = None
        if not self.initialised.done():
            self.initialised.set_result(None)
        offered = self._next.get()
        self._running = offered
        return offered[0] if offered else None

    def answer(self, request_id: str, outcome: Outcome) -> bool:
        """What came of an invocation; False when it is not the running one."""
        running = self._running
        if running is None or running[0].request_id != request_id or running[1].done():
            return False
        running[1].set_result(outcome)
        return True

    def fail_initialisation(self, payload: bytes) -> None:
        """The process says that it cannot start."""
        if not self.initialised.done():
            self.initialised.set_result(Outcome(payload, failed=True))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 16

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    def accept(self) -> None:
        """Serve until the socket is closed; socketserver's own loop takes half a second to end."""
        with suppress(OSError):
            while True:
                connection, address = self.socket.accept()
                self.process_request(connection, address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A process that is killed breaks its connection: nothing to tell."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one write for headers and body
    server: _Server

    def do_GET(self) -> None:
        if self.path != f"{PREFIX}invocation/next":
            self._send(404)
            return
        invocation = self.server.api.take_next()
        if invocation is None:
            self.close_connection = True
            return
        self._send(
            200,
            invocation.payload,
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": invocation.trace_id,
            },
        )

    def do_POST(self) -> None:
        body = self._body()
        parts = self.path.removeprefix(PREFIX).split("/")
        match parts:
            case ["init", "error"]:
                self.server.api.fail_initialisation(body)
                self._send(202)
            case ["invocation", request_id, "error"]:
                self._answer(request_id, Outcome(body, failed=True))
            case ["invocation", request_id, "response"] if len(body) > MAX_RESPONSE:
                text = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE} bytes)."
                error = f'{{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"{text}"}}'
                self.server.api.answer(request_id, Outcome(error.encode(), failed=True))
                self._send(413)
            case ["invocation", request_id, "response"]:
                self._answer(request_id, Outcome(body, failed=False))
            case _:
                self._send(404)

    def _answer(self, request_id: str, outcome: Outcome) -> None:
        self._send(202 if self.server.api.answer(request_id, outcome) else 400)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

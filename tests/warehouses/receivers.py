"""Real receivers on loopback: an HTTP server that stands in a chat's place, and a small SMTP server."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Chat:
    """What the robots posted, and what the chat answers."""

    url: str = ""
    status: int = 200
    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@contextmanager
def chat_server() -> Iterator[Chat]:
    """Run a server that takes webhook posts as the three chats do."""
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            chat.posts.append((self.path, json.loads(body)))
            answer = b'{"code": 0, "errcode": 0, "errmsg": "ok", "msg": "success"}'
            self.send_response(chat.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        chat.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield chat


@dataclass
class Mailbox:
    """Whole messages as they came, headers and body."""

    port: int = 0
    messages: list[str] = field(default_factory=list)


class MailServer(socketserver.ThreadingTCPServer):
    """Lets many call at once: with the usual five, the kernel lets others wait for seconds."""

    request_queue_size = 128


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run a server that speaks as much SMTP as a message needs."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                if line.upper().startswith("DATA"):
                    self.say("354 go on")
                    lines = list(iter(lambda: self.rfile.readline().decode(), ".\r\n"))
                    box.messages.append("".join(lines))
                elif line.upper() == "QUIT":
                    self.say("221 bye")
                    return
                self.say("250 ok")

    with running(MailServer(("127.0.0.1", 0), Handler)) as server:
        box.port = server.server_address[1]
        yield box


@contextmanager
def running(server: Any) -> Iterator[Any]:
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()

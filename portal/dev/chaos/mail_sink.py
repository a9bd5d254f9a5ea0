"""A mail server of our own: it counts the mails it takes, and can fall silent."""

import re
import socketserver
import threading
from collections import Counter

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
SILENT_SECONDS = 600


class MailSink(socketserver.ThreadingTCPServer):
    """SMTP as far as Django's mail backend speaks it. `received` counts mails by Message-ID."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received: Counter[str] = Counter()
        self.answers = threading.Event()
        self.answers.set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class Conversation(socketserver.StreamRequestHandler):
    server: MailSink

    def handle(self) -> None:
        if not self.server.answers.wait(SILENT_SECONDS):
            return
        self.say("220 ready")
        for line in self.rfile:
            command = line[:4].upper().strip()
            if command == b"DATA":
                self.say("354 go on")
                self.take_mail()
            elif command == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take_mail(self) -> None:
        lines = []
        for line in self.rfile:
            if line.rstrip(b"\r\n") == b".":
                break
            lines.append(line)
        found = MESSAGE_ID.search(b"".join(lines))
        # Counted before the answer: a client that died in between sends the mail again.
        if found:
            self.server.received[found[1].decode()] += 1
        self.say("250 taken")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

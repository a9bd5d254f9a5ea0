"""A small ClamAV daemon: it speaks INSTREAM on a socket, and finds one word."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MALWARE = b"VI-RUT-THU-NGHIEM"


class Clamd:
    """`answer` and `limit` may be changed while it runs; `scanned` holds what it was sent."""

    def __init__(self, listener: socket.socket):
        self.listener = listener
        self.answer = ""
        self.limit = 25 * 1024 * 1024
        self.scanned: list[bytes] = []

    def serve(self) -> None:
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:  # the test is over
                return
            with connection:
                self.talk(connection)

    def talk(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        assert stream.readline() == b"nINSTREAM\n"
        content = b""
        while size := struct.unpack(">I", stream.read(4))[0]:
            content += stream.read(size)
            if len(content) > self.limit:
                connection.sendall(b"INSTREAM size limit exceeded. ERROR\n")
                return
        self.scanned.append(content)
        found = "stream: Test.Virus FOUND" if MALWARE in content else "stream: OK"
        connection.sendall(f"{self.answer or found}\n".encode())


@contextmanager
def clamd(listener: socket.socket) -> Iterator[Clamd]:
    """Serve on a socket that is bound already."""
    listener.listen()
    daemon = Clamd(listener)
    thread = threading.Thread(target=daemon.serve, daemon=True)
    thread.start()
    yield daemon
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(timeout=10)

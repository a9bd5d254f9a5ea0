"""A relay before PostgreSQL that can stop forwarding, as a server that is paused.

Pausing the server itself would pause it for the other processes of a parallel run.
"""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator

from django.db import connection


class Relay:
    """Listens on a port of 127.0.0.1 and forwards to the database of the tests."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.forwards = threading.Event()
        self.forwards.set()
        self.threads: list[threading.Thread] = []

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Keep every connection, and take new ones, but pass nothing on."""
        self.forwards.clear()
        try:
            yield
        finally:
            self.forwards.set()

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _address = self.listener.accept()
                thread = threading.Thread(target=self.forward, args=(client,), daemon=True)
                self.threads.append(thread)
                thread.start()

    def forward(self, client: socket.socket) -> None:
        """Pass on what each side says until one of them ends."""
        with client, server_socket() as server, selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _events in selector.select():
                    self.forwards.wait()
                    try:
                        data = key.fileobj.recv(65536)
                        key.data.sendall(data)
                    except OSError:
                        return
                    if not data:
                        return


def server_socket() -> socket.socket:
    """Connect to the database of the tests, on a Unix socket or a port."""
    parameters = connection.get_connection_params()
    host, port = parameters["host"], parameters.get("port") or 5432
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{host}/.s.PGSQL.{port}")
    return server


@contextlib.contextmanager
def running_relay() -> Iterator[Relay]:
    """A relay that ends when the connections through it have ended."""
    relay = Relay()
    thread = threading.Thread(target=relay.serve, daemon=True)
    thread.start()
    yield relay
    relay.listener.shutdown(socket.SHUT_RDWR)
    relay.listener.close()
    for each in (thread, *relay.threads):
        each.join()


def wait_until_ended(application_name: str) -> None:
    """Wait until PostgreSQL has ended the sessions of an application: before, it drops no data."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
    deadline = time.monotonic() + 20
    left = True
    while left:
        assert time.monotonic() < deadline
        with connection.cursor() as cursor:
            cursor.execute(query, [application_name])
            left = cursor.fetchone() != (0,)
        time.sleep(0.02)
    connection.close()  # after browser tests it is another one than that of the fixture before

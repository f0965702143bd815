"""A port that answers as long as a test wants it to."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import pytest


@pytest.fixture
def answering() -> Callable[..., AbstractContextManager[None]]:
    """Takes connections at a port of this machine, *times* of them, and then listens no more."""

    @contextmanager
    def answer(port: int, *, times: int) -> Iterator[None]:
        server = socket.create_server(("127.0.0.1", port))

        def take() -> None:
            with server:
                for _ in range(times):
                    try:
                        connection, _ = server.accept()
                    except OSError:
                        return
                    connection.close()

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join()

    return answer

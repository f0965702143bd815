"""What is asked on a connection that is open already: in fewer words than urllib3's, and understood as well."""

import socket
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
import requests
from urllib3 import HTTPConnectionPool

from bot.watch import open_line
from bot.watch.polite import Held, PoliteHttp

OLD = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 3\r\n\r\nold'
SAME = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'


@dataclass
class Line:
    """A server that answers word for word; after the last answer of a connection it hangs up at the next request."""

    #: Of each connection.
    answers: Sequence[Sequence[bytes]] = ()
    asked: list[str] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/a"

    def serve(self) -> None:
        for answers in self.answers:
            # Reset: the client hung up with something unread.
            with (
                suppress(ConnectionResetError),
                self.listener.accept()[0] as connection,
                connection.makefile("rb") as words,
            ):
                for answer in [*answers, b""]:
                    asked = b"".join(iter(words.readline, b"\r\n")) if words.peek() else b""
                    if asked:
                        self.asked.append(asked.decode())
                        connection.sendall(answer)


@pytest.fixture
def line() -> Iterator[Line]:
    served = Line()
    yield served
    served.listener.close()


@pytest.fixture
def session(clock) -> Iterator[requests.Session]:
    http = PoliteHttp(clock.now)
    with http.session(fresh_s=0, held=lambda _: None) as session:
        yield session
    http.close()


def read(session: requests.Session, line: Line, *connections: Sequence[bytes], times: int) -> list[str]:
    """What is read each time; a server that answers so."""
    line.answers = connections
    threading.Thread(target=line.serve, daemon=True).start()
    return [session.get(line.url, timeout=5).text for _ in range(times)]


@pytest.mark.parametrize("word", [b"", b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n", b"What?\r\n\r\n"])
def test_a_connection_that_its_server_has_had_enough_of_is_replaced(session, line, word):
    texts = read(session, line, [OLD, word] if word else [OLD], [SAME], times=2)

    assert texts == ["old", "old"]
    # The second was asked for twice: the first time it was hung up on.
    assert ['If-None-Match: "1"' in asked for asked in line.asked] == [False, True, True]


def test_it_says_the_same_as_at_length(session, line):
    read(session, line, [OLD, SAME], times=2)

    first, second = (sorted(asked.lower().splitlines()) for asked in line.asked)
    assert second == sorted([*first, 'if-none-match: "1"'])


@pytest.mark.parametrize(
    "same",
    [
        b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 3\r\n\r\n',
        b"HTTP/1.1 304\r\n\r\n",
        b'HTTP/1.1 304 Not Modified\r\nX-Folded: a\r\n b\r\nETag: "1"\r\n\r\n',
        b'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n',
    ],
)
def test_not_modified_has_no_body_however_it_is_said(session, line, same):
    assert read(session, line, [OLD, same, SAME], times=3) == ["old"] * 3


@pytest.mark.parametrize(
    "last",
    [
        b'HTTP/1.1 304 Not Modified\r\nconnection: Close\r\nETag: "1"\r\n\r\n',
        b'HTTP/1.0 304 Not Modified\r\nETag: "1"\r\n\r\n',
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nold",
    ],
)
def test_what_is_said_to_be_the_last_answer_of_a_connection_is(session, line, last):
    assert read(session, line, [OLD, last], [OLD], times=3) == ["old"] * 3
    assert len(line.asked) == 3


@pytest.mark.parametrize(
    "new",
    [
        b"Content-Length: 3\r\n\r\nnew",
        b"Transfer-Encoding: chunked\r\n\r\n1\r\nn\r\n2\r\new\r\n0\r\n\r\n",
        b"Content-Encoding: deflate\r\nContent-Length: 11\r\n\r\n" + zlib.compress(b"new"),
    ],
)
def test_what_did_change_is_read_whole_and_the_connection_serves_on(session, line, new):
    texts = read(session, line, [OLD, b'HTTP/1.1 200 OK\r\nETag: "2"\r\n' + new, SAME], times=3)

    assert texts == ["old", "new", "new"]
    assert 'If-None-Match: "2"' in line.asked[2]


def test_a_word_before_the_answer_is_not_taken_for_it(session, line):
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"

    assert read(session, line, [OLD, hints + SAME], [SAME], times=2) == ["old"] * 2


def test_what_comes_behind_an_answer_is_not_taken_for_the_next_one(session, line):
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + b"a" * 20_000
    stray = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray"

    assert read(session, line, [OLD, long + stray], [OLD], times=3) == ["old", "a" * 20_000, "old"]


def test_a_quota_that_comes_with_not_modified_counts(session, line):
    spent = b"HTTP/1.1 304 Not Modified\r\nRateLimit-Remaining: 0\r\nRateLimit-Reset: 90\r\n\r\n"

    with pytest.raises(Held):
        read(session, line, [OLD, spent], times=3)


def test_an_answer_that_does_not_come_is_waited_for_as_long_as_was_said(session, line):
    read(session, line, [OLD, b""], times=1)

    with pytest.raises(requests.Timeout):
        session.get(line.url, timeout=0.05)


def test_a_body_that_is_none_is_an_answer_that_failed(session, line):
    broken = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnew\r\n"

    with pytest.raises(requests.ConnectionError):
        read(session, line, [OLD, broken], times=2)


def test_a_line_break_in_a_header_makes_no_second_header(line):
    read(requests.Session(), line, [OLD], times=1)
    pool = HTTPConnectionPool("127.0.0.1", 1)

    assert open_line.ask(pool, "GET", "/a", {"If-None-Match": '"1"\r\nCookie: a'}, timeout_s=5) is None
    assert open_line.ask(pool, "GET", "/a b", {"If-None-Match": '"1"'}, timeout_s=5) is None


def test_a_proxy_is_asked_each_time(session, told):
    told.pages["http://shop.example/a"] = ["1.0"]

    for _ in range(2):
        session.get("http://shop.example/a", proxies={"http": told.url})

    assert told.asked == [("http://shop.example/a", 200), ("http://shop.example/a", 304)]

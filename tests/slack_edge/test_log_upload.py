"""A run's log on its way into a file."""

import io

from bot.slack.log_upload import write_log
from tests.slack_edge.front_door import LogReader
from tests.slack_edge.samples import run


def written(text: str, *, most_bytes: int) -> str:
    file = io.BytesIO()

    size = write_log(LogReader(text), run(), file, most_bytes=most_bytes)

    content = file.read()
    assert len(content) == size
    return content.decode()


def test_a_log_is_written_whole():
    assert written("ä line\n" * 3, most_bytes=1000) == "ä line\n" * 3


def test_a_log_that_is_too_long_says_where_the_rest_is():
    text = written("a line\n" * 50_000, most_bytes=10_000)

    assert text.startswith("a line\na line\n")
    assert text.endswith(f"… and more: stackhand log {run().number} shows all of it\n")
    assert len(text) < 200_000

"""What people keep for themselves from the terminal."""

from tests.cli.conftest import STACK


def test_a_lock_is_taken_and_given_back_where_no_bot_was_ever_up(terminal):
    terminal.write_stack("demo", STACK.replace("title: Greet somebody\n", "title: Greet somebody\n    lock: site\n"))

    said = [
        terminal.ask(*words).stdout
        for words in (
            ("lock", "site", "--because", "a demo"),
            ("unlock", "site"),
            ("pause", "demo", "--because", "a rest"),
            ("unpause", "demo"),
        )
    ]

    assert said[:2] == ["site is yours.\n", "You gave site back.\n"]
    assert said[3] == "The pause is over. 0 runs may begin.\n"

"""What `stackhand run` and `plan` say to wrong words."""

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dmo", "greet"), 'Did you mean "demo"?'),
        (("demo", "great"), 'Did you mean "greet"?'),
        (("demo", "greet", "-e", "her", "-i", "name=Ada"), '"here"'),
        (("demo", "greet", "-i", "name=Ada"), "Name here or there."),
        (("demo", "greet", "-e", "here"), "Answers are written -i name=…."),
        (("demo", "greet", "-e", "here", "-i", "name=Ada", "-i", "times=9"), "Answers are written -i times=…."),
        (("demo", "greet", "-e", "here", "-i", "nam=Ada"), "Answers are written -i name=…."),
        (("demo", "greet", "-e", "here", "-i", "name"), "Write -i name=value."),
        (("demo",), "JOB"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "plan"])
def test_wrong_words_end_with_2_and_one_line_that_says_what_would_be_right(terminal, verb, words, said):
    done = terminal.ask(verb, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("show", "first"),
        ("show",),
        ("show", "9" * 20),
        ("runs", "-n", "9" * 20),
        ("runs", "--status", "odd"),
        ("jobs", "--bogus"),
        ("resolve", "1", "wait"),
    ],
)
def test_words_that_cannot_be_read_get_whole_sentences(terminal, words):
    done = terminal.ask(*words)

    assert done.returncode == 2
    assert f'. See "stackhand {words[0]} --help".' in done.stderr
    assert "Value error" not in done.stderr


@pytest.mark.parametrize("verb", ["runs", "jobs", "doctor"])
def test_a_damaged_database_is_told_without_a_trace(terminal, verb):
    terminal.data.mkdir()
    (terminal.data / "stackhand.db").write_text("no database at all, " * 100)

    done = terminal.ask(verb)

    assert done.returncode in {1, 2}
    assert "file is not a database" in done.stdout + done.stderr

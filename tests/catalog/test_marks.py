"""YAML as it is read here."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.marks import Entries, Scalar, Unreadable, plain, read


def refused(content: bytes) -> list[str]:
    with pytest.raises(Unreadable) as unreadable:
        read(content)
    return [f"{mark.line}:{mark.column}: {text}" for mark, text in unreadable.value.faults]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("true", True),
        ("2026-11-23", "2026-11-23"),
        ("14:30", "14:30"),
        ("1_000", "1_000"),
        ("'1.10'", "1.10"),
        ("1.5", 1.5),
        ("0x1f", 31),
        ("0o17", 15),
        ("-3", -3),
        ("~", None),
        ("", None),
        ("1e999", "1e999"),
        ("!!str 12", "12"),
        ("|\n  12\n", "12\n"),
    ],
)
def test_a_value_is_what_yaml_1_2_says(written: str, value: object) -> None:
    assert plain(read(f"key: {written}".encode())) == {"key": value}


def test_every_value_knows_its_place() -> None:
    tree = read(b"# first\na:\n  b: [1, two]\n")

    assert isinstance(tree, Entries)
    inner = tree.entries["a"]
    assert isinstance(inner, Entries)
    assert inner.keys["b"] == (3, 3)
    assert inner.entries["b"].mark == (3, 6)


def test_the_digits_of_a_number_are_kept_as_they_were_written() -> None:
    tree = read(b"1.10")

    assert isinstance(tree, Scalar)
    assert (tree.value, tree.written) == (1.1, "1.10")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: 1\nb: 2\na: 3\n", '3:1: The key "a" stands in line 1 already.'),
        (b"a: {{ env.name }}\n", '1:4: A key has to be text. If this is an expression, put it into quotes: "{{ … }}".'),
        (b"a:\n\tb: 1\n", "2:1: A tab stands here. YAML is indented with spaces."),
        (b"a: b: c\n", "1:5: This is no YAML: mapping values are not allowed here. "
                       "Quote a text that holds a colon and a space."),
        (b"a: [@team]\n", "1:5: This is no YAML: found character '@' that cannot start any token. "
                          "Put the text into quotes."),
        (b"a: !!python/name:os.system x\n", '1:4: The tag "!!python/name:os.system" is not read here. '
                                            "Remove it."),
        (b"a: 1\n---\nb: 2\n", "2:1: This is no YAML: expected a single document in the stream, "
                               "but found another document."),
        (b"<<: {a: 1}\n", '1:1: YAML 1.2 has no "<<". Write the keys out.'),
        (b"a: caf\xe9\n", "1:7: This is no UTF-8. Save the file as UTF-8."),
        (b"a: \x00\n", "1:4: This character is not allowed in YAML. Remove it."),
        (b'a: "\\0"\n', "1:4: This text holds a character that is none (NUL or half a pair)."),
        (b"", "1:1: The file is empty."),
        (b"a" * 1_000_001, "1:1: The file has more than 1000 kB."),
        (b"[" * 9_999, "1:51: The file is nested too deeply."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_place(content: bytes, problem: str) -> None:
    assert refused(content) == [problem]


def test_aliases_that_grow_without_end_are_refused_at_once() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join(['*' + before] * 10)}]" for before, name in pairwise("abcdefghi")]

    assert "too many" in refused("\n".join(lines).encode())[0]
    assert "too deeply" in refused(b"a: &a [*a]")[0]


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}#&*!|>'\"%@ \n\t,?0.", max_size=80).map(str.encode))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    try:
        found: Any = plain(read(content))
    except Unreadable as unreadable:
        assert unreadable.faults
    else:
        assert found is None or isinstance(found, str | int | float | list | dict)

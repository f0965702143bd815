"""What people and programs write shows exactly as they wrote it."""

from datetime import UTC, datetime

import pytest

from bot.slack.mrkdwn import DAY_TIME, at_time, code, code_block, escape, link, one_line, readable


@pytest.mark.parametrize(
    "typed", ["<!channel>", "<!here|here>", "<@U0ADA>", "<https://evil.example|your bank>", "<!subteam^S1>", "a & b"]
)
def test_nothing_typed_mentions_or_links(typed):
    assert "<" not in escape(typed)
    assert "&lt;" in escape(typed) or "&amp;" in escape(typed)


@pytest.mark.parametrize("typed", ["*bold*", "_slanted_", "~struck~", ":fire:", "> quoted"])
def test_nothing_typed_is_formatted(typed):
    assert "\u200b" in escape(typed)


def test_a_typed_backtick_begins_no_code():
    assert escape("`code`") == "ˋcodeˋ"


def test_a_typed_star_does_not_end_the_bold_print_around_it():
    assert f"*{escape('a *b* c')}*" == "*a *\u200bb\u200b* c*"


def test_a_typed_star_does_not_begin_the_bold_print_that_ours_would_end():
    assert f"{escape('in the *passport*')}: *Ada*" == "in the *\u200bpassport\u200b*\u200b: *Ada*"


@pytest.mark.parametrize("name", ["web_1_a", "10:45:30", "a*b", "snake_case", "https://example.org/a_b"])
def test_ordinary_names_stay_as_they_are(name):
    assert escape(name) == name


def test_terminal_colours_are_taken_out():
    assert escape("\x1b[31mfatal\x1b[0m: \x07no") == "fatal: no"


def test_nothing_turns_around_how_the_rest_is_read_and_hebrew_stays():
    assert escape("\u202egnp.exe\u202c and \u2067a\u2069 שלום") == "gnp.exe and a שלום"


def test_lines_become_one_line():
    assert one_line("a\n  b\tc") == "a b c"


def test_a_backtick_does_not_end_inline_code():
    assert code("a`b") == "`aˋb`"


def test_no_code_comes_of_an_empty_text():
    assert code("") == ""


def test_a_fence_inside_does_not_end_a_code_block():
    assert code_block("a\n```\nb", 100).count("```") == 2


def test_a_long_log_keeps_its_end_and_whole_entities():
    text = "\n".join(f"line {number} <&>" for number in range(1000))

    block = code_block(text, 500)

    assert len(block) <= 500
    assert block.startswith("```\n…\nline ")
    assert block.endswith("line 999 &lt;&amp;&gt;\n```")


def test_one_endless_line_is_cut_too():
    assert len(code_block("&" * 100_000, 300)) <= 300


def test_a_moment_has_its_words_and_its_day_also_where_slack_cannot_say_it():
    said = at_time(datetime(2026, 11, 23, 14, 2, tzinfo=UTC), f"starts {DAY_TIME}")

    assert said == "<!date^1795442520^starts {date_short_pretty} at {time}|starts 23 Nov 2026 at 14:02 UTC>"


def test_what_was_written_for_slack_can_be_read_in_a_terminal():
    assert readable(f"• {link('https://a.example/1', 'a & *b*')}, <3") == "• a & *b* (https://a.example/1), <3"

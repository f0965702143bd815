"""Looking at what ran and what may run."""

import json


def test_jobs_lists_what_may_be_started_and_marks_what_need_not_be_answered(used):
    lines = used.ask("jobs").stdout.splitlines()

    assert lines[0].split() == ["demo", "greet", "Greet", "somebody", "here,", "there", "name", "[times]"]
    assert len(lines) == 4


def test_jobs_as_json_has_environments_with_their_fields_and_the_form(used):
    greet = used.json("jobs")[0]

    assert (greet["stack"], greet["job"], greet["title"]) == ("demo", "greet", "Greet somebody")
    assert [(it["name"], it["greeting"]) for it in greet["environments"]] == [("here", "hello"), ("there", "hej")]
    assert [field["name"] for field in greet["form"]] == ["name", "times"]


def test_runs_are_listed_newest_first(used):
    first, second = used.ask("runs").stdout.splitlines()

    assert first.startswith("demo #2  Refuse") and "failed" in first
    assert second.startswith("demo #1  Greet somebody") and "succeeded" in second


def test_runs_may_be_asked_for_by_status(used):
    assert [run["number"] for run in used.json("runs", "--status", "failed")] == [2]


def test_show_has_the_steps_and_what_happened(used):
    shown = used.ask("show", "2").stdout

    assert "✗ 1  Say no: failed" in shown
    assert "sh ended with code 3." in shown
    assert "run.asked" in shown


def test_show_says_with_which_answers_it_was_started(used):
    assert "name=Ada\n" in used.ask("show", "1").stdout


def test_show_as_json_has_status_steps_and_outputs(used):
    run = used.json("show", "1")

    assert run["status"] == "succeeded"
    assert run["steps"][0]["uses"] == "command.run"
    assert run["outputs"] == {"said": {"code": 0}}


def test_an_unknown_number_is_wrong_use(used):
    done = used.ask("show", "99")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("There is no run #99.")


def test_the_audit_says_who_asked_what_and_how_it_ended(used):
    records = used.json("audit")

    assert [(it["verb"], it["target"], it["answer"]) for it in records][-2:] == [
        ("run", "demo/greet/here", "succeeded"),
        ("start", "demo/greet/here", "allowed"),
    ]
    assert {it["origin"] for it in records} == {"cli"}


def test_the_log_has_what_the_program_said(used):
    assert used.call("log", "1").stdout == "── 1 Say it ──\nhello Ada\n"


def test_a_plan_says_what_would_happen_and_starts_nothing(used):
    done = used.ask("plan", "demo", "greet", "-e", "there", "-i", "name=Bea", "--json")

    plan = json.loads(done.stdout)
    assert (done.returncode, plan["environment"], plan["inputs"]["times"]) == (0, "there", 1)
    assert plan["steps"][0]["text"] == "echo hej Bea"
    assert len(used.json("runs")) == 2


def test_the_audit_may_be_asked_for_by_person_target_and_time(used):
    assert [it["target"] for it in used.json("audit", "--target", "demo/refuse*")] == ["demo/refuse/there"] * 2
    assert used.json("audit", "--person", "nobody") == []
    assert len(used.json("audit", "--since", "1d")) == len(used.json("audit"))
    assert used.json("audit", "--since", "2999-01-01") == []


def test_a_moment_that_is_none_is_wrong_use(used):
    done = used.ask("audit", "--since", "yesterday")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('"yesterday" is no moment.')


def test_verify_says_that_the_records_are_whole(used):
    count = len(used.json("audit"))

    done = used.ask("audit", "--verify")

    assert (done.returncode, done.stdout) == (0, f"All {count} records fit.\n")
    assert used.json("audit", "--verify") == {"records": count, "first_broken": None}


def test_the_last_week_is_told_and_drawn(used):
    done = used.ask("digest", "--out", str(used.folder / "week.png"))

    assert "2 runs, 50% succeeded, 1 failed\n" in done.stdout
    assert (used.folder / "week.png").read_bytes().startswith(b"\x89PNG")


SPARE = """\
stack: spare
title: Spare
jobs:
  go:
    steps:
      - title: Save first
        when: "{{ false }}"
        do: [{title: Save, uses: command.run, with: {argv: [no-such-program]}}]
      - title: Go
        do: [{title: Move, uses: command.run, with: {argv: ["true"], undo_argv: ["true"]}}]
        ensure: [{title: Clean up, uses: command.run, with: {argv: [no-such-program]}}]
"""


def test_a_plan_leaves_out_what_a_skipped_step_holds_and_what_only_follows_a_failure(terminal):
    terminal.write_stack("spare", SPARE)

    done = terminal.ask("plan", "spare", "go")

    assert [line.strip() for line in done.stdout.splitlines()] == [
        "spare/go would do:",
        "1  Save first",
        "Not needed here: it would be skipped.",
        "2  Go",
        "2.1  Move  (command.run)",
        "true",
    ]


def test_a_picture_that_cannot_be_written_is_one_sentence(used):
    done = used.ask("digest", "--out", str(used.folder))

    assert (done.returncode, done.stderr) == (2, f"{used.folder} cannot be written: Is a directory.\n")

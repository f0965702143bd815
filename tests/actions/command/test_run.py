"""command.run, with real programs."""

import psutil
import pytest
from pydantic import ValidationError

from actions.api import ActionFailed, Cancelled, Crash
from actions.command.run import Ended, Run


def test_its_output_becomes_the_log(context):
    ctx = context()

    done = Run(argv=["printf", "one\\ntwo\\n"]).run(ctx)

    assert ctx.lines == ["one", "two"]
    assert done == Ended(code=0)
    assert ctx.begun == [Ended()]


def test_no_shell_reads_what_people_typed(context):
    ctx = context()

    Run(argv=["printf", "%s", "$(id) `id` *; exit 1 | cat > /dev/null '"]).run(ctx)

    assert ctx.lines == ["$(id) `id` *; exit 1 | cat > /dev/null '"]


def test_a_bad_exit_code_is_told_with_the_programs_last_words(context):
    with pytest.raises(ActionFailed) as failed:
        Run(argv=["sh", "-c", "echo first; echo disk is full >&2; exit 3"]).run(context())

    assert failed.value.reason == "sh ended with code 3."
    assert failed.value.hint == "Its last words: disk is full"


def test_a_signal_is_told_by_its_name(context):
    with pytest.raises(ActionFailed, match=r"sh was ended by SIGTERM\."):
        Run(argv=["sh", "-c", "kill $$"]).run(context())


def test_other_exit_codes_may_be_fine(context):
    assert Run(argv=["sh", "-c", "exit 2"], ok_codes=[0, 2]).run(context()).code == 2


def test_it_runs_in_its_folder_with_its_variables_and_secrets(tmp_path, context):
    (tmp_path / "payload").mkdir()
    ctx = context(secrets={"env:TOKEN": "s3cret-token"})

    Run(
        argv=["sh", "-c", 'pwd; echo "$REGION $API_TOKEN"'],
        cwd="payload",
        env={"REGION": "eu"},
        secret_env={"API_TOKEN": "env:TOKEN"},
    ).run(ctx)

    assert ctx.lines == [str(tmp_path / "payload"), "eu ***"]


def test_a_program_of_the_stack_is_found_in_its_folder(tmp_path, context):
    (tmp_path / "hello").write_text("#!/bin/sh\necho hello\n")
    (tmp_path / "hello").chmod(0o755)
    ctx = context()

    Run(argv=["./hello"]).run(ctx)

    assert ctx.lines == ["hello"]


def test_a_program_that_takes_too_long_is_ended(context):
    with pytest.raises(ActionFailed, match="It took longer than"):
        Run(argv=["sleep", "97.531"], timeout_s=0.2).run(context())

    assert not _runs(["sleep", "97.531"])


def test_an_aborted_run_ends_it(context):
    ctx = context()
    ctx.cancelled = lambda: _runs(["sleep", "97.532"])

    with pytest.raises(Cancelled):
        Run(argv=["sh", "-c", "sleep 97.532; true"]).run(ctx)

    assert not _runs(["sleep", "97.532"])


def test_a_command_line_in_one_text_is_refused_and_shown_as_a_list():
    with pytest.raises(ValidationError) as refused:
        Run.model_validate({"argv": "systemctl restart 'my site'"})

    assert "write it as a list, one word each: [systemctl, restart, my site]. No shell reads it" in str(refused.value)


def test_a_preview_shows_the_command_with_secrets_by_name(tmp_path, context):
    (tmp_path / "payload").mkdir()
    action = Run(argv=["printf", "a b"], cwd="payload", env={"X": "1 2"}, secret_env={"T": "env:TOKEN"})

    text = action.preview(context(previewing=True, secrets={"env:TOKEN": "s3cret-token"}))

    assert text == "X='1 2' T=(env:TOKEN) printf 'a b'\nin payload"


@pytest.mark.parametrize("program", ["no-such-program-here", "./nothing"])
def test_a_preview_says_that_the_program_is_missing(context, program):
    with pytest.raises(ActionFailed, match=f"There is no program {program}"):
        Run(argv=[program]).preview(context(previewing=True))


def test_a_missing_folder_is_named(context):
    with pytest.raises(ActionFailed, match=r"There is no folder nowhere\."):
        Run(argv=["true"], cwd="nowhere").run(context())


def test_undo_runs_the_other_command_in_the_same_place():
    action = Run(argv=["svc", "on"], undo_argv=["svc", "off"], env={"A": "b"})

    assert action.undo(Ended(code=0)) == Run(argv=["svc", "off"], env={"A": "b"})


def test_without_another_command_there_is_no_way_back():
    assert Run(argv=["true"]).undo(Ended(code=0)) is None


@pytest.mark.parametrize(("idempotent", "crash"), [(False, Crash.ATTACH), (True, Crash.AGAIN)])
def test_only_a_program_that_may_run_twice_is_run_again_after_a_crash(idempotent, crash):
    assert Run(argv=["true"], idempotent=idempotent).crash is crash


def test_an_empty_command_is_refused():
    with pytest.raises(ValidationError):
        Run(argv=[])


def test_a_program_that_is_not_there_is_said_in_one_sentence(context):
    with pytest.raises(ActionFailed, match=r"no-such-program could not be started: No such file or directory\."):
        Run(argv=["no-such-program"]).run(context())


def _runs(argv: list[str]) -> bool:
    return any(process.info["cmdline"] == argv for process in psutil.process_iter(["cmdline"]))

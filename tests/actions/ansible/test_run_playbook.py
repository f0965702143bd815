"""ansible.run_playbook, with real playbooks on three hosts that are all this machine."""

import json
from pathlib import Path

import psutil
import pytest
from pydantic import ValidationError

from actions.ansible.run_playbook import HostCounts, PlaybookRan, RunPlaybook
from actions.api import ActionFailed, Cancelled, Crash, HostState

#: Puts a text into a file on every host; the third task fails on those that `fails_on` names.
PLAYBOOK = """
- name: Put a note
  hosts: web
  gather_facts: false
  tasks:
    - name: Write the note
      ansible.builtin.copy:
        dest: "{{ folder }}/{{ inventory_hostname }}"
        content: "{{ note }}"
        mode: "0600"
    - name: Look at it
      ansible.builtin.command: "cat {{ folder }}/{{ inventory_hostname }}"
      changed_when: false
    - name: Fail where it is wanted
      ansible.builtin.fail:
        msg: No space left on device
      when: inventory_hostname in fails_on
"""

NASTY = (
    "{{ 7*7 }} {{ lookup('pipe', 'id') }} {% raw %} $(id) `id` <script>alert('x')</script> "
    "\"'\\ \n---\n!unsafe 🚧 \u2028\x7f"
).ljust(200, "é")


@pytest.fixture
def note(local: Path) -> dict[str, object]:
    (local / "note.yml").write_text(PLAYBOOK)
    variables = {"folder": str(local / "written"), "note": "Back soon", "fails_on": []}
    return {"playbook": "note.yml", "inventory": "hosts.ini", "vars": variables}


def _with(fields: dict[str, object], **variables: object) -> RunPlaybook:
    return RunPlaybook.model_validate({**fields, "vars": {**fields["vars"], **variables}})  # type: ignore[dict-item]


def test_every_host_gets_the_change_and_is_counted(note, local, context):
    ctx = context()

    done = _with(note).run(ctx)

    assert [(local / "written" / host).read_text() for host in ("web1", "web2", "web3")] == ["Back soon"] * 3
    one = HostCounts(ok=2, changed=1, failed=0, unreachable=0, skipped=1)
    assert done == PlaybookRan(
        ok=6, changed=3, failed=0, unreachable=0, skipped=3, hosts={"web1": one, "web2": one, "web3": one}
    )
    assert [ctx.last(host) for host in sorted(ctx.hosts)] == [(HostState.CHANGED, "2 ok, 1 changed")] * 3
    assert ctx.steps == [
        (0, 3, "Write the note"),
        (1, 3, "Look at it"),
        (2, 3, "Fail where it is wanted"),
        (3, 3, ""),
    ]
    assert [line for line in ctx.lines if not line.startswith(" ")] == [
        "PLAY Put a note",
        "TASK Write the note",
        "TASK Look at it",
        "TASK Fail where it is wanted",
    ]
    assert "  web2: changed" in ctx.lines
    assert ctx.begun == [PlaybookRan()]


def test_a_failed_task_names_its_host_and_what_it_said_and_the_other_hosts_go_on(note, local, context):
    ctx = context()

    with pytest.raises(ActionFailed) as failed:
        _with(note, fails_on=["web2"]).run(ctx)

    assert failed.value.reason == 'web2 failed at "Fail where it is wanted": No space left on device.'
    assert failed.value.hint == "Done on web1, web3. The log has the whole message."
    assert ctx.last("web2") == (HostState.FAILED, "Fail where it is wanted: No space left on device")
    assert ctx.last("web3") == (HostState.CHANGED, "2 ok, 1 changed")


def test_a_preview_shows_the_diff_and_changes_nothing(note, local, context):
    (local / "written" / "web3").write_text("Back soon")
    (local / "written" / "web3").chmod(0o600)
    ctx = context(previewing=True)

    text = _with(note, folder=str(local / "written")).preview(ctx)

    assert "web1, web2: 1 task would change something\n  Write the note\n    --- before\n" in text
    assert "    +Back soon" in text
    assert text.endswith("web3: nothing to change")
    assert not (local / "written" / "web1").exists()


def test_what_people_type_arrives_as_data(note, local, context):
    _with(note, note=NASTY).run(context())

    assert (local / "written" / "web1").read_text() == NASTY


def test_a_secret_is_in_no_argument_environment_log_or_file_that_others_read(note, local, context):
    secret = 'pa"ss-{{ word }}'
    fields = {**note, "secret_vars": {"note": "env:NOTE"}}
    ctx = context(secrets={"env:NOTE": secret, "as JSON": json.dumps(secret)[1:-1]})

    RunPlaybook.model_validate(fields).run(ctx)

    assert (local / "written" / "web1").read_text() == secret
    assert "ss-{{" not in str([ctx.programs, ctx.environments, ctx.lines, ctx.hosts, ctx.steps])
    holders = [path for path in ctx.scratch.rglob("*") if path.is_file() and b"ss-{{" in path.read_bytes()]
    assert [path.name for path in holders] == ["variables.json"]
    assert holders[0].stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("inventory", "limit", "reason"),
    [
        ("[db]\ndb1 ansible_connection=local\n", None, "No host of hosts.ini matches web."),
        ("[web]\nweb1 ansible_connection=local\n", "db", "No host of hosts.ini matches the playbook's hosts within"),
    ],
)
def test_no_matching_host_is_a_failure(note, local, context, inventory, limit, reason):
    (local / "hosts.ini").write_text(inventory)

    with pytest.raises(ActionFailed) as failed:
        RunPlaybook.model_validate({**note, "limit": limit}).run(context())

    assert failed.value.reason.startswith(reason)


def test_a_playbook_that_cannot_be_read_says_where_it_is_wrong(note, local, context):
    (local / "note.yml").write_text("- hosts: web\n  tasks:\n    - ansible.builtin.nothing_like_it: {}\n")

    with pytest.raises(ActionFailed) as failed:
        RunPlaybook.model_validate(note).run(context())

    assert failed.value.reason.startswith("Ansible could not run note.yml: couldn't resolve module/action")


def test_a_missing_file_is_named_before_anything_starts(note, context):
    ctx = context()

    with pytest.raises(ActionFailed, match=r"There is no inventory nowhere\.ini\."):
        RunPlaybook.model_validate({**note, "inventory": "nowhere.ini"}).run(ctx)

    assert ctx.programs == []
    assert ctx.begun == []


def test_an_aborted_run_leaves_no_process(note, local, context):
    (local / "note.yml").write_text(
        "- hosts: web\n  gather_facts: false\n  tasks: [{ansible.builtin.command: sleep 98.7654}]\n"
    )
    ctx = context()
    ctx.cancelled = lambda: _sleeping() == 3

    with pytest.raises(Cancelled):
        RunPlaybook.model_validate(note).run(ctx)

    assert _sleeping() == 0


def _sleeping() -> int:
    return sum(process.info["cmdline"] == ["sleep", "98.7654"] for process in psutil.process_iter(["cmdline"]))


def test_undo_runs_the_same_playbook_with_its_undo_vars():
    action = RunPlaybook(playbook="p.yml", inventory="i", vars={"state": "on", "why": "x"}, undo_vars={"state": "off"})

    back = action.undo(PlaybookRan())

    assert back == RunPlaybook(playbook="p.yml", inventory="i", vars={"state": "off", "why": "x"})


def test_without_undo_vars_there_is_no_way_back():
    assert RunPlaybook(playbook="p.yml", inventory="i").undo(PlaybookRan()) is None


def test_a_restarted_bot_attaches_to_a_playbook_at_work():
    assert RunPlaybook(playbook="p.yml", inventory="i").crash is Crash.ATTACH


@pytest.mark.parametrize("limit", ["@/etc/passwd", "web1,@hosts", "web1: @x"])
def test_a_limit_reads_no_file(limit):
    with pytest.raises(ValidationError, match="a file of them"):
        RunPlaybook(playbook="p.yml", inventory="i", limit=limit)


def test_an_empty_limit_is_none():
    assert RunPlaybook(playbook="p.yml", inventory="i", limit="").limit is None


def test_a_further_try_leaves_out_the_hosts_that_are_done_and_an_undo_reaches_them_again(note, local, context):
    first = _with(note, fails_on=["web2"]).model_copy(update={"undo_vars": {"note": "gone"}})
    ctx = context()
    with pytest.raises(ActionFailed):
        first.run(ctx)

    again = _with(note).rest(None, [host for host in ctx.hosts if ctx.last(host)[0].is_done])
    done = again.run(context())

    assert list(done.hosts) == ["web2"]
    back = first.rest(None, ["web1", "web3"]).undo(done)
    assert back is not None
    assert back.done_hosts == []


@pytest.mark.parametrize("limit", ["web", "web1,web2,web3", "web1:web2:web3"])
def test_a_further_try_keeps_to_the_limit(note, local, context, limit):
    playbook = _with(note).model_copy(update={"limit": limit}).rest(None, ["web1"]).rest(None, ["web3"])

    assert list(playbook.run(context()).hosts) == ["web2"]


def test_a_playbook_whose_hosts_need_one_another_is_tried_again_as_a_whole(note):
    playbook = _with(note).model_copy(update={"retry_all_hosts": True})

    assert playbook.rest(None, ["web1"]) == playbook


def test_hosts_that_a_failed_batch_kept_waiting_are_not_done(note, local, context):
    (local / "note.yml").write_text(PLAYBOOK.replace("hosts: web\n", "hosts: web\n  serial: 1\n"))
    ctx = context()

    with pytest.raises(ActionFailed) as failed:
        _with(note, fails_on=["web2"]).run(ctx)

    assert {host: ctx.last(host)[0] for host in ctx.hosts} == {"web1": HostState.CHANGED, "web2": HostState.FAILED}
    assert failed.value.hint.startswith("Done on web1.")


def test_hosts_of_a_playbook_that_was_broken_off_before_its_last_play_are_not_done(note, local, context):
    later = PLAYBOOK.replace("hosts: web\n", "hosts: web\n  serial: 1\n").replace("in fails_on", "== 'web2'")
    (local / "note.yml").write_text(PLAYBOOK + later + PLAYBOOK)
    ctx = context()

    with pytest.raises(ActionFailed) as failed:
        _with(note).run(ctx)

    assert {host: ctx.last(host)[0] for host in ctx.hosts} == {
        "web1": HostState.SKIPPED,
        "web2": HostState.FAILED,
        "web3": HostState.SKIPPED,
    }
    assert "Done on" not in failed.value.hint
    assert ctx.last("web3")[1] == "not finished, the playbook ended before"


def test_hosts_that_stopped_because_too_many_others_failed_are_not_done(note, local, context):
    last = "    - ansible.builtin.debug: {msg: last}\n"
    (local / "note.yml").write_text(PLAYBOOK.replace("hosts: web\n", "hosts: web\n  any_errors_fatal: true\n") + last)
    ctx = context()

    with pytest.raises(ActionFailed):
        _with(note, fails_on=["web2"]).run(ctx)

    assert [ctx.last(host)[0] for host in ("web1", "web2", "web3")] == [
        HostState.SKIPPED,
        HostState.FAILED,
        HostState.SKIPPED,
    ]

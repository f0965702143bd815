"""terraform.apply and terraform.destroy, with a real terraform."""

import json
import threading
import time

import psutil
import pytest

from actions.api import ActionFailed, Cancelled, Crash
from actions.terraform.apply import Applied
from actions.terraform.destroy import Destroyed

SECRET = "correct-horse-battery"
#: Is made once a file `go` is in the folder.
SLOW = """\
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "touch begun; until test -e go; do sleep 0.05; done"
  }
}
"""
BROKEN = """\
resource "terraform_data" "broken" {
  depends_on = [terraform_data.page]
  provisioner "local-exec" {
    command = "echo no room left; exit 3"
  }
}
"""


def things(tmp_path, workspace="pr-42"):
    """What the state of a workspace holds."""
    state = json.loads((tmp_path / "state" / workspace / "terraform.tfstate").read_text())
    return sorted(f"{one['name']}.{each.get('index_key')}" for one in state["resources"] for each in one["instances"])


def test_what_the_preview_shows_is_made_and_the_outputs_are_handed_on(apply, context, tmp_path):
    secrets = {"env:PASSWORD": SECRET}
    action = apply(secret_vars={"password": "env:PASSWORD"})
    looking, working = context(previewing=True, secrets=secrets), context(secrets=secrets)

    text = action.preview(looking)
    assert not list((tmp_path / "state").iterdir()), "it has only looked"
    done = action.run(working)

    assert text == (
        "Creates 2 things in pr-42. Undo destroys all of it.\n"
        '+ terraform_data.page["about"]\n'
        '+ terraform_data.page["home"]\n'
        "\n"
        'terraform_data.page["about"]\n'
        "  input.password: (sensitive)\n"
        '  input.text: "us"\n'
        "\n"
        'terraform_data.page["home"]\n'
        "  input.password: (sensitive)\n"
        '  input.text: "welcome"\n'
        '  triggers_replace: "welcome"\n'
        "\n"
        "Outputs\n"
        '  home: "http://localhost/welcome"\n'
        "  password: (sensitive)"
    )
    assert done == Applied(created=2, was_empty=True, home="http://localhost/welcome")
    assert things(tmp_path) == ["page.about", "page.home"]
    assert working.steps[-1][:2] == (2, 2)
    for ctx in (looking, working):
        assert SECRET not in f"{text} {done} {ctx.text} {ctx.programs} {ctx.environments}"


def test_the_same_plan_reads_the_same_and_another_one_does_not(apply, context):
    apply().run(context())

    same = {apply(vars={"pages": {"home": "hello", "news": "none"}}).preview(context(previewing=True)) for _ in "ab"}
    other = apply(vars={"pages": {"home": "hello", "news": "some"}}).preview(context(previewing=True))

    (text,) = same
    assert text.split("\n")[:4] == [
        "Destroys 1 thing, replaces 1 and creates 1 in pr-42. It cannot be undone.",
        '- terraform_data.page["about"] (no longer in the configuration)',
        '± terraform_data.page["home"] (triggers_replace cannot be changed in place)',
        '+ terraform_data.page["news"]',
    ]
    assert '  input.text: "welcome" → "hello"' in text
    assert text.replace('"none"', '"some"') == other


def test_undo_of_what_began_with_nothing_destroys_it_and_its_workspace(apply, context, tmp_path):
    first = apply(vars={"pages": {"home": "welcome"}})
    done = first.run(context())
    again = apply().run(context())
    undo = first.undo(done)

    assert apply().undo(again) is None
    with pytest.raises(ActionFailed, match=r"There is something in pr-42 already\."):
        apply(only_new=True).run(context())
    assert undo is not None
    assert undo.preview(context(previewing=True)) == (
        'Destroys 2 things in pr-42:\n- terraform_data.page["about"]\n- terraform_data.page["home"]'
    )
    assert undo.run(context()) == Destroyed(destroyed=2)
    assert not list((tmp_path / "state").iterdir())


def test_where_nothing_is_nothing_is_destroyed_and_nothing_comes_by_looking(destroy, context, tmp_path):
    assert destroy().preview(context(previewing=True)) == "Nothing to destroy in pr-42."
    assert destroy().run(context()) == Destroyed()
    assert not (tmp_path / "state").exists()


def test_what_fails_names_the_thing_and_a_further_try_can_still_be_undone(apply, context, site, tmp_path):
    (site / "more.tf").write_text(BROKEN)
    ctx = context()

    with pytest.raises(ActionFailed, match="no room left") as failed:
        apply().run(ctx)

    assert failed.value.reason.startswith(
        "Terraform cannot apply site: terraform_data.broken: local-exec provisioner error: "
    )
    assert "the next run goes on from there" in failed.value.hint
    assert things(tmp_path) == ["broken.None", "page.about", "page.home"]
    (begun,) = ctx.begun
    (site / "more.tf").unlink()
    further = apply().rest(begun, [])
    assert further.undo(further.run(context())) is not None


def test_a_locked_state_says_who_holds_it_and_a_preview_does_not_mind(apply, context, site):
    (site / "more.tf").write_text(SLOW)
    work = threading.Thread(target=lambda: apply().run(context()))
    work.start()
    try:
        until((site / "begun").exists)
        with pytest.raises(ActionFailed) as failed:
            apply().run(context())
        assert "pr-42" in apply().preview(context(previewing=True))
    finally:
        (site / "go").touch()
        work.join()

    assert failed.value.reason.startswith("The state of site is locked: ")
    assert " applies since " in failed.value.reason
    assert "TF_WORKSPACE=pr-42 terraform force-unlock " in failed.value.hint


def until(is_so):
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_cancelled_it_writes_its_state_and_leaves_nothing_running(apply, destroy, context, site):
    (site / "more.tf").write_text(SLOW)
    before = set(psutil.Process().children(recursive=True))

    with pytest.raises(Cancelled):
        apply().run(context(cancelled=(site / "begun").exists))

    assert set(psutil.Process().children(recursive=True)) == before
    # Terraform knows of the one that was broken off, and nobody has the lock.
    assert destroy().run(context()) == Destroyed(destroyed=3)


def test_after_a_crash_it_is_attached_to(apply, destroy):
    assert apply().crash is destroy().crash is Crash.ATTACH


def test_a_missing_program_is_named_with_where_it_is_had(apply, context, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ActionFailed, match="There is no program tofu on this machine") as failed:
        apply(program="tofu").preview(context(previewing=True))

    assert "https://opentofu.org/" in failed.value.hint


def test_without_a_home_for_providers_it_is_said_where_else_they_may_be(apply, context, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", "/dev/null")
    with pytest.raises(ActionFailed, match="terraform-providers cannot be written: Not a directory") as no:
        apply().preview(context(previewing=True))
    assert "TF_PLUGIN_CACHE_DIR" in no.value.hint

    elsewhere = {"TF_PLUGIN_CACHE_DIR": str(tmp_path / "providers")}

    assert apply(env=elsewhere).preview(context(previewing=True)).startswith("Creates 2 things")
    assert (tmp_path / "providers").is_dir()


def test_a_missing_value_is_named_with_its_place(apply, context):
    with pytest.raises(ActionFailed, match=r"No value for required variable \(main\.tf, line 4\): .*\"pages\""):
        apply(vars={}).preview(context(previewing=True))


def test_a_value_for_no_variable_is_a_mistake_of_the_step_and_none_of_a_shared_file(apply, context, tmp_path):
    (tmp_path / "team.tfvars").write_text('owner = "us"\n')
    pages = {"home": "welcome"}

    assert "Creates 1" in apply(vars={"pages": pages}, var_files=["team.tfvars"]).preview(context(previewing=True))
    with pytest.raises(ActionFailed, match='site has no variable "page"'):
        apply(vars={"pages": pages, "page": pages}).preview(context(previewing=True))


def test_a_module_that_is_not_there_is_named(apply, context, site):
    (site / "more.tf").write_text('module "network" {\n  source = "./nowhere"\n}\n')

    with pytest.raises(ActionFailed, match=r"cannot prepare site: Unreadable module directory: .*nowhere"):
        apply().preview(context(previewing=True))


def test_a_backend_that_is_not_there_is_told_before_the_state_lands_anywhere(apply, context, site):
    (site / "main.tf").write_text('resource "terraform_data" "one" {}\n')

    with pytest.raises(ActionFailed, match="site has no backend"):
        apply(vars={}).run(context())

    assert [path.name for path in site.iterdir()] == ["main.tf"]


def test_providers_are_those_of_the_lock_file_which_is_not_written(apply, context, site, tmp_path):
    (site / "main.tf").write_text('resource "null_resource" "one" {}\n')
    mirror = tmp_path / "mirror/registry.terraform.io/hashicorp/null/3.2.4/linux_amd64"
    mirror.mkdir(parents=True)
    (mirror / "terraform-provider-null_v3.2.4").write_text("#!/bin/sh\n")
    config = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{tmp_path / "mirror"}"\n  }}\n}}\n'
    (tmp_path / "rc").write_text(config)

    with pytest.raises(ActionFailed, match=r"site/\.terraform\.lock\.hcl does not say which providers to use"):
        apply(vars={}, backend_config={}, env={"TF_CLI_CONFIG_FILE": str(tmp_path / "rc")}).run(context())

    assert [path.name for path in site.iterdir()] == ["main.tf"]

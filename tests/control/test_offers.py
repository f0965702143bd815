"""What a person is told of a job that has no place to run."""

from dataclasses import replace

import pytest

from bot.base.errors import Refused, WrongInputs
from bot.control.forms.forms import read_inputs, walk_form
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.slack.live import Live

ADA = Person(id="U0ADA", name="Ada")
STACK = """
stack: web
resources:
  pull: {check: http.versions, with: {url: "https://example.org/pulls", json_path: "$[*]"}}
environments:
  staging: {when: vars.has_cloud is defined}
  production: {when: vars.has_cloud is defined}
  "PR_{{ pull.number }}": {each: pull}
jobs:
  flush: {title: Flush cache, environments: [staging, production], steps: [{wait: 1s}]}
  preview: {title: Deploy preview, environments: ["PR_{{ pull.number }}"], steps: [{wait: 1s}]}
"""


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        (
            "flush",
            "Flush cache has no environment here. "
            'staging and production: not on this machine, by "when" in stacks/web/stack.yml.',
        ),
        ("preview", "Deploy preview has no environment here. There is one for each pull, and none is there now."),
    ],
)
def test_who_may_run_a_job_that_has_no_environment_here_is_told_that_and_of_no_missing_right(front, job, sentence):
    web = front(STACK)

    with pytest.raises(Refused) as said:
        web.control.jobs.offer(ADA, "web", job, origin="slack")

    assert str(said.value) == sentence


HARBOUR = """
stack: web
environments: {north: {when: vars.is_up_north is defined}}
jobs: {open: {steps: [{wait: 1s}]}}
"""


@pytest.mark.parametrize(("text", "here"), [(HARBOUR, []), (STACK, ["preview"])])
def test_a_job_has_a_place_here_also_where_a_version_only_may_make_one(front, text, here):
    web = front(text)

    assert [job.name for job in web.control.jobs.here(web.catalog.stacks["web"])] == here


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HARBOUR, "None of its jobs has an environment here."),
        (STACK, "Deploy preview"),
    ],
)
def test_a_board_has_no_button_of_a_job_that_has_no_environment_here(front, text, said):
    """Whoever pressed it was told that it has none."""
    web = front(text)
    with web.store.begin() as tx:
        tx.messages.owe(key="board", kind=MessageKind.BOARD, channel="#ops", body={"stack": "web"})
        message = tx.messages.get("board")

    board = Live(
        door=web.control, stacks=web.catalog, group_id=lambda _: None, person=lambda id: Person(id=id, name=id)
    ).picture(message)

    assert board.text == f"Web: {said}"
    assert said in str(board.blocks)
    assert "Flush cache" not in str(board.blocks)


MIRROR = """
stack: web
environments: {staging: , production: {protected: true}}
jobs:
  mirror:
    form:
      source: {type: environment}
      target: {type: environment, choices: [staging, production], required: false}
    steps: [{wait: 1s}]
"""


def test_a_field_offers_and_takes_only_environments_that_the_person_may_see(front):
    web = front(MIRROR)
    (web.folder / "access.yml").write_text(
        '- {who: U0ADA, may: run, on: "web/*/staging"}\n- {who: "@platform", may: run, on: "web"}\n'
    )
    web.catalog.refresh()
    stack, job = web.catalog.job("web", "mirror")

    def offered(person, **answers):
        around = web.control.forms.around(stack, job, None, person)
        return [[one.value for one in asked.field.choices] for asked in walk_form(job.form, answers, around)]

    assert offered(ADA) == [["staging"], ["staging"]]
    assert offered(replace(ADA, groups=frozenset({"platform"}))) == [["staging", "production"]] * 2
    with pytest.raises(WrongInputs):
        read_inputs(job.form, {"source": "production"}, web.control.forms.around(stack, job, None, ADA))

"""What people are told of mistakes in the forms of their jobs, each at its place."""

from pathlib import Path

import pytest

from bot.catalog.catalog import Catalog

STACK = """\
resources:
  app: {{check: http.versions, with: {{url: "https://a.example/tags", json_path: "$[*]"}}}}
environments:
  eu: {{cluster: a}}
jobs:
  a:
    form:
{fields}
    steps: [{{wait: 1s}}]
{more}"""


def told(folder: Path, *fields: str, more: str = "") -> list[str]:
    """What is said of fields, as "line:column: sentence"; the first field stands in line 8."""
    (folder / "web").mkdir()
    (folder / "web" / "stack.yml").write_text(STACK.format(fields="\n".join(f"      {f}" for f in fields), more=more))
    return [str(problem).partition("stack.yml:")[2] for problem in Catalog(folder, dict).problems]


@pytest.mark.parametrize(
    "field",
    [
        "x: {type: date_time, weekends: false, default: '2026-11-23T14:30+01:00'}",
        "x: {type: duration, min: 5m, max: 4h, default: 30m}",
        "x: {type: date, min: '2026-11-23', max: '2026-12-24', default: '2026-11-30'}",
        "x: {type: time, min: '08:00', max: '17:00', default: '08:00'}",
        "x: {type: date_time, min: '2026-11-23T08:00+01:00', max: '2026-12-24T17:00Z'}",
        "x: {type: user, default: U024BE7LH}",
        "x: {type: channel}",
        "x: {type: environment, default: eu}",
        "x: {type: version, resource: app}",
        "x: {type: secret, choices: {'env:DEPLOY_TOKEN': Deploy token}}",
        "x: {type: file, types: [csv, txt], max_size: 5 MB}",
        "x: {type: group, max: 3, fields: {name: {type: text}, port: {type: integer, when: form.name == 'a'}}}",
        "x: {type: choice, choices_from: {url: 'https://a.example/{{ env.cluster }}', items: data, value: id}}",
        "x: {type: text, read_only: true, default: '{{ env.cluster }}'}",
    ],
)
def test_each_type_can_be_declared(tmp_path: Path, field: str) -> None:
    assert told(tmp_path, field) == []


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("x: {type: text, weekends: false}", '8:23: A field of type text has no "weekends".'),
        ("x: {type: duration, min: 2h, max: 1h}", '"min" is 2h and greater than "max", which is 1h.'),
        ("x: {type: duration, max: 5}", '"max" of a duration is one, too: write it like 30m.'),
        ("x: {type: duration, max: five}", '"max" of a duration is one, too: write it like 30m.'),
        ("x: {type: date, min: tomorrow}", '"min" of a date is one, too: write it like "2026-12-24".'),
        ("x: {type: time, max: '25:00'}", '"max" of a time is one, too: write it like "17:00".'),
        (
            "x: {type: date_time, max: '2026-12-24T17:00'}",
            '"max" of a date_time is one, too: write it like "2026-12-24T17:00+01:00".',
        ),
        ("x: {type: time, min: '17:00', max: '08:00'}", '"min" is 17:00 and later than "max", which is 08:00.'),
        ("x: {type: date, min: '2026-12-24', default: '2026-12-23'}", "it has to be not before 2026-12-24."),
        ("x: {type: integer, max: 5m}", '8:31: "max" has to be a number.'),
        ("x: {type: integer, max: five}", '"max"'),
        (
            "x: {type: duration, max: 1h, default: 2h}",
            "taken as an answer: it has to be at most 1h.",
        ),
        ("x: {type: user, default: ada}", '"default" would not be taken as an answer: "ada" is no id of Slack.'),
        ("x: {type: version}", '8:11: A field of type version needs "resource".'),
        ("x: {type: version, resource: ap}", '8:36: There is no resource "ap". Did you mean "app"?'),
        ("x: {type: secret}", '8:11: A field of type secret needs "choices" or "pattern".'),
        ("x: {type: group}", '8:11: A field of type group needs "fields".'),
        ("x: {type: group, fields: {g: {type: group}}}", "A row of a group cannot hold a field of type group."),
        ("x: {type: group, fields: {f: {type: file}}}", "A row of a group cannot hold a field of type file."),
        ("x: {type: file, default: a.csv}", 'A file has no "default": it is given by whoever starts the job.'),
        ("x: {type: file, max_size: 5}", '"max_size"'),
        ("x: {type: file, max_size: five MB}", '"five MB" is no size. Write it like 500 KB, 10 MB or 1 GB.'),
        ("x: {type: file, types: [.csv]}", '"types"'),
        ("x: {type: text, types: [csv]}", 'A field of type text has no "types".'),
        ("x: {type: choice}", '8:11: A field of type choice needs "choices" or "choices_from".'),
        ("x: {type: choice, choices_from: {}}", '"choices_from" needs "check" or "url", and not both.'),
        ("x: {type: choice, choices_from: {url: a.example}}", '"a.example" is no address.'),
        ("x: {type: choice, choices_from: {url: 'https://a', with: {}}}", '"with" works only beside "check".'),
        ("x: {type: choice, choices_from: {check: git.tgas}}", '8:47: There is no check "git.tgas".'),
        ("x: {type: choice, choices_from: {ulr: 'https://a'}}", 'the choices of "x" has no key "ulr".'),
        ("x: {type: choice, choices_from: {url: 'https://a/{{ form.y }}'}}", 'There is no "form.y" here.'),
        ("x: {type: text, when: form.x == 1}", '8:29: "x" is asked below. Put this field behind it.'),
        ("x: {type: text, read_only: true}", '8:23: A read-only field shows its "default", which is not given.'),
    ],
)
def test_a_mistake_in_a_field_is_told_at_its_place(tmp_path: Path, field: str, sentence: str) -> None:
    problems = told(tmp_path, field)

    assert any(sentence in problem for problem in problems) == bool(sentence), problems


def test_a_condition_may_name_only_the_answers_before_it(tmp_path: Path) -> None:
    problems = told(tmp_path, "a: {type: text, when: form.b == 'x'}", "b: {type: text}")

    assert problems == ['8:29: "b" is asked below. Put this field behind it.']


def test_a_preset_is_made_of_answers_that_would_be_taken(tmp_path: Path) -> None:
    presets = "    presets:\n      Short: {minutes: 500, minuts: 5, site: blog}\n"

    problems = told(
        tmp_path, "minutes: {type: integer, max: 60}", "site: {type: choice, choices: [shop]}", more=presets
    )

    assert problems == [
        '12:24: "minutes" would not take this answer: it has to be at most 60.',
        '12:29: There is no field "minuts". Did you mean "minutes"?',
        '12:46: "site" would not take this answer: there is no choice blog. There is shop.',
    ]


def test_a_form_that_slack_cannot_show_is_told(tmp_path: Path) -> None:
    problems = told(tmp_path, *(f"f{number}: {{type: boolean}}" for number in range(91)))

    assert problems == ["98:7: Slack cannot show more than 90 fields in one form. Make two jobs of it."]


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("{type: choice, choices_from: {url: 'https://a.example/'}}", 'A field of an approval has no "choices_from".'),
        ('{type: text, when: "vars.a"}', 'A field of an approval has no "when".'),
        ("{type: group, fields: {name: {type: text}}}", "An approval cannot ask for a field of type group."),
    ],
)
def test_a_field_that_the_page_of_an_approval_cannot_show_is_told(tmp_path: Path, field: str, sentence: str) -> None:
    more = f"    approve: {{form: {{x: {field}}}}}\n"

    assert any(sentence in problem for problem in told(tmp_path, "y: {type: text}", more=more))

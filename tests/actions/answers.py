"""What the closed world answers to an action so that it comes as far as its first change: as the real ones answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Action name -> why it never comes to a change: it makes none.
READING = {
    "http.expect": "asks an address until it answers as expected",
    "monitoring.note_alerts": "notes which alerts fire",
    "monitoring.watch_alerts": "looks at alerts for some minutes",
}
#: Action name -> why it needs no undo, although it changes something.
HARMLESS = {
    "backup.create": "one more backup",
    "backup.restore": "nothing is written over",
    "backup.verify": "its trial is dropped again",
    "tests.run": "tests change nothing",
}


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The world around one action."""

    #: In the place of examples, or besides them.
    fields: Mapping[str, Any] = field(default_factory=dict)
    #: "GET part of the address or body" -> the answer: JSON, or text as it is. The first that fits is taken.
    requests: Mapping[str, Any] = field(default_factory=dict)
    #: The end of a word of a command line -> the line with which such a program, which only looks, ends well.
    programs: Mapping[str, str] = field(default_factory=dict)
    #: The stack's files, by path.
    files: Mapping[str, str] = field(default_factory=dict)


_SNAPSHOT = '[{"short_id": "5f3b1c2a", "time": "2026-03-01T12:00:00Z", "paths": ["/srv"], "tags": ["shop"]}]'
_KEYS = {"access_key": "env:AWS_ACCESS_KEY_ID", "secret_key": "env:AWS_SECRET_ACCESS_KEY"}
_EC2 = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'
_CLOUDFRONT = 'xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"'
_INVALIDATION = f"<Invalidation {_CLOUDFRONT}><Id>I1</Id><Status>InProgress</Status></Invalidation>"
_SILENCE = {
    "id": "8f6d1f5e-5a0c-4c53-9a3c-0c7f6d8a3f10",
    "matchers": [{"name": "service", "value": "shop", "isRegex": False, "isEqual": True}],
    "startsAt": "2026-03-01T12:00:00Z",
    "endsAt": "2026-03-01T13:00:00Z",
    "createdBy": "Ada",
    "comment": "Deployment",
    "status": {"state": "active"},
}
_COMMENT = {"url": "https://api.github.com/comments/1", "html_url": "https://github.com/c/1", "body": "", "id": 1}
#: `required_version = "1.9.0"`, as both forges hand out a file.
_FILE = {"type": "file", "encoding": "base64", "content": "cmVxdWlyZWRfdmVyc2lvbiA9ICIxLjkuMCIK", "sha": "a1"}
_STARTED = {"id": 7, "web_url": "https://gitlab.example.org/7", "html_url": "https://github.com/7", "status": "running"}
_PLAN = '{"format_version": "1.2", "resource_changes": []}'
_TERRAFORM = Answers(
    programs={"init": "", "list": "  default", "plan": "", "show": _PLAN}, files={"payload/terraform/main.tf": ""}
)


def _instances(state: str) -> str:
    server = f"<item><instanceId>i-1</instanceId><instanceState><name>{state}</name></instanceState></item>"
    within = f"<reservationSet><item><instancesSet>{server}</instancesSet></item></reservationSet>"
    return f"<DescribeInstancesResponse {_EC2}>{within}</DescribeInstancesResponse>"


def _fleet(state: str) -> Answers:
    return Answers(
        fields={**_KEYS, "servers": {"group": "web"}},
        requests={"POST Action=DescribeInstances": _instances(state), "POST Action=": f"<Response {_EC2}/>"},
    )


#: By action; the others come to their first change in a world that answers with empty objects.
ANSWERS: Mapping[str, Answers] = {
    "ansible.run_playbook": Answers(
        fields={"inventory": "hosts.ini"},
        programs={"--list-hosts": "web1"},
        files={"payload/maintenance.yml": "- {hosts: all, tasks: []}\n", "hosts.ini": "web1\n"},
    ),
    "backup.create": Answers(
        fields={"paths": ["uploads"]}, programs={"config": "{}"}, files={"uploads": "what people sent"}
    ),
    "backup.prune": Answers(programs={"unlock": ""}),
    "backup.restore": Answers(fields={"folder": "/nowhere/restored"}, programs={"snapshots": _SNAPSHOT}),
    "backup.verify": Answers(programs={"snapshots": _SNAPSHOT}),
    "cdn.purge_cloudfront": Answers(
        fields=_KEYS,
        requests={
            "POST /invalidation": _INVALIDATION,
            "GET /invalidation": _INVALIDATION,
            "GET /distribution/": f"<Distribution {_CLOUDFRONT}><DomainName>d1.example.net</DomainName></Distribution>",
        },
    ),
    "github.comment": Answers(
        requests={
            "GET /comments": [],
            "POST /comments": _COMMENT,
            "GET /issues/": {"number": 42, "url": "https://api.github.com/repos/acme/web/issues/42"},
        }
    ),
    "github.dispatch_workflow": Answers(
        requests={
            "GET /actions/workflows/": {
                "name": "Deploy",
                "url": "https://api.github.com/repos/acme/web/actions/workflows/1",
            },
            "POST /dispatches": {"workflow_run_id": 7, "run_url": "https://api.github.com/runs/7", "html_url": "/7"},
            "GET /jobs": {"total_count": 0, "jobs": []},
            "GET /actions/runs/": {"status": "in_progress", "jobs_url": "https://api.github.com/runs/7/jobs"},
        }
    ),
    "github.open_pull_request": Answers(
        requests={
            "GET /contents/": _FILE,
            "GET /git/ref": {"ref": "refs/heads/main", "object": {"sha": "a1"}},
            "PUT /contents/": {"commit": {"sha": "b2"}, "content": _FILE},
            "GET /pulls": [],
            "GET /repos/": {"default_branch": "main", "full_name": "acme/web"},
        }
    ),
    "database.copy_masked": Answers(programs={"look.json": '{"stackhand": "done"}'}),
    "gitlab.comment": Answers(requests={"GET /notes": [], "POST /notes": {"id": 1}}),
    "gitlab.open_merge_request": Answers(
        requests={
            "GET /files/": _FILE,
            "GET /branches/": {"name": "main"},
            "GET /merge_requests": [],
            "POST /merge_requests": {"iid": 7, "web_url": "https://gitlab.example.org/7"},
            "GET /projects/": {"default_branch": "main"},
        }
    ),
    "gitlab.trigger_pipeline": Answers(
        requests={"GET /jobs": [], "POST /pipeline": _STARTED, "GET /pipelines/": _STARTED}
    ),
    "http.request": Answers(fields={"method": "POST"}),
    "monitoring.note_alerts": Answers(requests={"GET /alerts": []}),
    "monitoring.silence": Answers(
        requests={"GET /silences": [], "GET /alerts": [], "POST /silences": {"silenceID": "1"}}
    ),
    "monitoring.unsilence": Answers(fields={"silence": _SILENCE["id"]}, requests={"GET /silence/": _SILENCE}),
    "monitoring.watch_alerts": Answers(requests={"GET /alerts": [], "GET /silences": []}),
    "servers.restart": _fleet("running"),
    "servers.start": _fleet("stopped"),
    "servers.stop": _fleet("running"),
    "terraform.apply": _TERRAFORM,
    "terraform.destroy": _TERRAFORM,
}

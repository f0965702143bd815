"""A secret that sings, the server that repeats it, and the many ways of a stack to use it."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import actions
from actions import library
from tests.fakes.serving import Handler, serving

#: Not a letter of its signs is left alone by all of the encodings.
CANARY = "C4naryBird/sings'all=\"$HOME`<&>ä;42"
LINES = "C4naryBird-first-line\nC4naryBird-second-line"
_CORE = b"C4naryBird"

#: The program that tells it: `tell.py WAY`.
TELL = r"""
import base64, html, json, os, shlex, subprocess, sys, time, traceback, urllib.parse, xml.sax.saxutils
secret = os.environ.get("CANARY", "")
raw = secret.encode()

JUNIT = "<testsuite><testcase name='sings'><failure message=%s/></testcase></testsuite>"

def deep(password):
    raise RuntimeError("cannot log in")

def trace():
    raise RuntimeError(f"cannot log in with {secret}")

def locals_shown():
    try:
        deep(secret)
    except RuntimeError as error:
        print("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))

def halves():
    for part in (secret[:9], secret[9:], "\n"):
        os.write(1, part.encode())
        time.sleep(0.05)

WAYS = {
    "plain": lambda: print(secret),
    "stderr": lambda: print(secret, file=sys.stderr),
    "halves": halves,
    "no end of line": lambda: sys.stdout.write(secret),
    "twice": lambda: print(secret + secret),
    "inside": lambda: print(f"before{secret}behind"),
    "colours": lambda: print(f"\x1b[31m{secret}\x1b[0m"),
    "long line": lambda: print("x" * 70000 + secret + "y" * 70000),
    "cut by a read": lambda: print("x" * (65536 - 5) + secret),
    "base64": lambda: print(base64.b64encode(raw).decode()),
    "base64 address": lambda: print(base64.urlsafe_b64encode(raw).decode()),
    "basic auth": lambda: print("Basic", base64.b64encode(b"ada:" + raw).decode()),
    "base64 inside": lambda: print(base64.b64encode(b'{"p":"' + raw + b'"}').decode()),
    "base64 twice": lambda: print(base64.b64encode(base64.b64encode(raw)).decode()),
    "base32": lambda: print(base64.b32encode(raw).decode()),
    "hex": lambda: print(raw.hex()),
    "HEX": lambda: print(raw.hex().upper()),
    "hex colons": lambda: print(raw.hex(":")),
    "url": lambda: print("https://x/?p=" + urllib.parse.quote(secret, safe="")),
    "form": lambda: print(urllib.parse.urlencode({"p": secret})),
    "json": lambda: print(json.dumps({"p": secret})),
    "json in json": lambda: print(json.dumps(json.dumps({"p": secret}))),
    "repr": lambda: print(repr({"p": secret})),
    "bytes": lambda: print(repr(raw)),
    "html": lambda: print(html.escape(secret)),
    "shell": lambda: print("export P=" + shlex.quote(secret)),
    "argv": lambda: subprocess.run([sys.executable, "-c", "import sys; print(sys.argv)", secret]),
    "stdin": lambda: subprocess.run(["cat"], input=raw),
    "env": lambda: subprocess.run(["env"]),
    "trace": trace,
    "locals": locals_shown,
    "last words": lambda: sys.exit(f"wrong password: {secret}"),
    "keep": lambda: open("kept", "w").write(secret),
    "show": lambda: print(open("kept").read()),
    "junit": lambda: open(sys.argv[2], "w").write(JUNIT % xml.sax.saxutils.quoteattr("x" * 145 + secret)),
}
WAYS[sys.argv[1]]()
"""
#: What programs do with it, each as a run of its own.
PROGRAMS = [
    *("plain", "stderr", "halves", "no end of line", "twice", "inside", "colours", "long line", "cut by a read"),
    *("base64", "base64 address", "basic auth", "base64 inside", "base64 twice", "base32", "hex", "HEX", "hex colons"),
    *("url", "form", "json", "json in json", "repr", "bytes", "html", "shell", "argv", "stdin", "env", "trace"),
    *("locals", "last words"),
]
_HTTP = "uses: http.request, with: {url: '%s/%s', secret_headers: {X-Key: 'env:%s'}}"


def _tell(way: str, *, knows: bool = True, more: str = "") -> str:
    secret = ", secret_env: {CANARY: 'env:CANARY'}" if knows else ""
    return f"{{uses: command.run, with: {{argv: [python3, tell.py, {way}]{secret}{more}}}}}"


def jobs(url: str) -> dict[str, str]:
    """Every way with the job that goes it, as YAML; *url* repeats what it is asked."""
    asks = {
        "header in a body": _HTTP % (url, "body", "CANARY_BASE64"),
        "header in a header": _HTTP % (url, "header", "CANARY_BASE64"),
        "header as a name": _HTTP % (url, "name", "CANARY_BASE64"),
        "header in a JSON body": _HTTP % (url, "json", "CANARY_BASE64"),
        "answer that fails": _HTTP % (url, "bad", "CANARY_BASE64"),
        "redirect": _HTTP % (url, "redirect", "CANARY_BASE64"),
        "answer cut off": _HTTP % (url, "drop", "CANARY_BASE64"),
        "header that a library refuses": _HTTP % (url, "body", "CANARY_LINES"),
        "header that has no bytes": _HTTP % (url, "body", "CANARY_FOREIGN"),
        "answer that fails, at the edge of what is shown": _HTTP % (url, "bad-170", "CANARY_BASE64"),
        "answer at the edge of what is kept": _HTTP % (url, f"body-{64 * 1024 - 30}", "CANARY_BASE64"),
        "file": _HTTP.replace("env:%s", "file:%s") % (url, "body", "key"),
    }
    found = {f"program: {way}": f"steps: [{_tell(way)}]" for way in PROGRAMS}
    found |= {f"http: {way}": f"steps: [{{{ask}}}]" for way, ask in asks.items()}
    sing = "steps: [{uses: cage.sing, with: {way: %s, token: 'env:CANARY'}}]"
    found |= {f"action: {way}": sing % way for way in OWN}
    token = "token: 'env:CANARY_BASE64'"
    kept = f"{_tell('keep')}, {{wait: 1s}}, {_tell('show', knows=False)}"
    return found | {
        "a later step, after a wait": f"steps: [{kept}]",
        "a hook": f"steps: [{{uses: command.run, with: {{argv: ['false']}}}}]\n    on_failure: [{_tell('plain')}]",
        "an undo": f"steps: [{_tell('plain', more=', undo_argv: [python3, tell.py, repr]')}]",
        "ansible variable": "steps: [{uses: ansible.run_playbook, with: {playbook: play.yml, inventory: hosts, "
        "secret_vars: {canary: 'env:CANARY'}}}]",
        "tests": "steps: [{uses: tests.run, with: {argv: [python3, tell.py, junit, '{report}'], "
        "secret_env: {CANARY: 'env:CANARY'}}}]",
        "Alertmanager": "steps: [{uses: monitoring.silence, with: {matchers: [a=b], comment: c, "
        f"url: '{url}', {token}}}}}]",
        "GitLab": "steps: [{uses: gitlab.comment, with: {project: a/b, number: 1, text: t, "
        f"endpoint: '{url}', {token}}}}}]",
        "approval": f"steps: [{{approve: {{by: [everyone]}}}}, {{{asks['answer that fails']}}}]",
        "choices of a check": "form: {a: {type: choice, choices_from: {check: http.versions, with: "
        f"{_lists(url)}}}}}}}"
        "\n    steps: [{wait: 1s}]",
        "choices of a document": f"form: {{a: {{type: choice, choices_from: {{url: '{url}/json', items: '', "
        "secret_headers: {X-Key: 'env:CANARY_BASE64'}}}}\n    steps: [{wait: 1s}]",
        "choices that cannot be read": f"form: {{a: {{type: choice, choices_from: {{url: '{url}/body', "
        "secret_headers: {X-Key: 'env:CANARY_LINES'}}}}\n    steps: [{wait: 1s}]",
    }


def _lists(url: str, path: str = "json") -> str:
    return f"{{url: '{url}/{path}', json_path: '$[*]', secret_headers: {{X-Key: 'env:CANARY_BASE64'}}}}"


def stack(url: str) -> str:
    """The stack with all these jobs, two resources and a webhook."""
    named = "".join(
        f'  way-{nth}:\n    title: "{way}"\n    {job}\n' for nth, (way, job) in enumerate(jobs(url).items())
    )
    return (
        "stack: cage\ntitle: Cage\nchannel: '#ops'\n"
        "notify: [{channel: '#general', on: [failure], mention: [starter]}]\n"
        f"resources:\n  repeats: {{check: http.versions, every: 1h, with: {_lists(url)}}}\n"
        f"  fails: {{check: http.versions, every: 1h, with: {_lists(url, 'bad')}}}\n"
        "webhooks: {ring: {sign: gitlab, secret: 'env:CANARY', fields: {said: '{{ payload.said }}'}}}\n"
        f"jobs:\n{named}  called:\n    triggers: [{{webhook: ring, form: {{said: '{{{{ webhook.said }}}}'}}}}]\n"
        "    form: {said: {type: text}}\n    steps: [{uses: command.run, with: {argv: [echo, '{{ form.said }}']}}]\n"
    )


PLAY = """\
- hosts: all
  gather_facts: false
  tasks:
    - {name: Show, debug: {msg: "{{ canary }}"}}
    - {name: Encode, debug: {msg: "{{ canary | b64encode }} {{ canary | urlencode }}"}}
    - {name: Give to a program, command: {argv: [echo, "{{ canary }}"]}}
    - name: Say much
      fail: {msg: "{{ 'x' * 1980 }}{{ canary }}{{ 'x' * 970 }}{{ canary }}{{ 'x' * 2000 }}"}
      ignore_errors: true
    - name: Say much and fail
      command: {argv: [sh, -c, 'echo "$1"; echo "$2"; exit 1', "", "{{ canary }}", "{{ 'x' * 968 }}"]}
      ignore_errors: true
    - {name: Break, fail: {msg: "no entry with {{ canary }}"}}
"""


#: An action of one's own, in a folder beside ours: each way says the secret in another way, or breaks with it.
SING = """\
\"\"\"Sings.\"\"\"

from typing import Literal

from actions.api import Action, ActionFailed, Context, Crash, HostState, Outputs, Secret


class Song(Outputs):
    words: dict[str, list[str]] = {}


class Sing(Action[Song]):
    way: str
    token: Secret

    @property
    def crash(self) -> Crash:
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        return self.sung(ctx).model_dump_json()

    def run(self, ctx: Context) -> Song:
        return self.sung(ctx)

    def undo(self, done: Song) -> None:
        return None

    def sung(self, ctx: Context) -> Song:
        secret = ctx.secret(self.token)
        match self.way:
            case "log":
                ctx.log(f"{secret}\\n{secret}")
            case "progress":
                ctx.progress(1, 2, secret)
            case "host":
                ctx.host(secret, HostState.FAILED, secret)
            case "begin":
                ctx.begin(Song(words={secret: [secret]}))
            case "outputs":
                return Song(words={secret: [secret]})
            case "failed":
                raise ActionFailed(f"no entry with {secret}", hint=f"not {secret}") from KeyError(secret)
            case "key":
                {}[secret]
            case "cause" | "context" | "group":
                self.break_down(secret)
        return Song()

    def break_down(self, secret: str) -> None:
        try:
            raise ValueError(f"no entry with {secret}", {"password": secret})
        except ValueError as error:
            error.add_note(f"it was {secret}")
            if self.way == "group":
                raise ExceptionGroup(secret, [error, OSError(5, secret, secret)]) from error
            if self.way == "context":
                raise RuntimeError(f"cannot sing {secret}")
            raise RuntimeError(f"cannot sing {secret}") from error
"""
#: The ways of it that break, and all.
BREAKING = ("cause", "context", "group", "key")
OWN = (*BREAKING, "failed", "log", "progress", "host", "begin", "outputs")


@contextmanager
def own_actions(folder: Path) -> Iterator[None]:
    """Let the library find `cage.sing`, whose file is written below *folder*."""
    (folder / "cage").mkdir(parents=True)
    (folder / "cage" / "__init__.py").touch()
    (folder / "cage" / "sing.py").write_text(SING)
    actions.__path__.append(str(folder))
    library._names_of.cache_clear()
    try:
        yield
    finally:
        actions.__path__.remove(str(folder))
        library._names_of.cache_clear()


def write(folder: Path, url: str) -> None:
    """Write the stack into *folder*."""
    folder.mkdir(parents=True)
    for name, text in {
        "stack.yml": stack(url),
        "tell.py": TELL,
        "key": CANARY_BASE64,
        "play.yml": PLAY,
        "hosts": 'here ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"\n',
    }.items():
        (folder / name).write_text(text)


CANARY_BASE64 = "Basic " + base64.b64encode(b"ada:" + CANARY.encode()).decode()
SECRETS = {
    "CANARY": CANARY,
    "CANARY_LINES": LINES,
    "CANARY_BASE64": CANARY_BASE64,
    "CANARY_FOREIGN": "C4naryBird-鳥",
}


def heard(content: bytes) -> list[bytes]:
    """Where the canary sings in *content*: plain, in base64 at each place of three bytes, in base32 and in hex."""
    signs = [_CORE, b"yBird/sings", _CORE.hex().encode(), _CORE.hex().upper().encode(), _CORE.hex(":").encode()]
    signs += [base64.b32encode(_CORE)[:16], base64.b64encode(base64.b64encode(_CORE)[:9])]
    for before in range(3):
        signs.append(base64.b64encode(bytes(before) + _CORE)[(0, 2, 3)[before] : 12])
    places = [content.find(sign) for sign in signs]
    return [content[max(0, place - 200) : place + 200] for place in places if place >= 0]


@contextmanager
def parrot() -> Iterator[str]:
    """A server that repeats the header X-Key, in the way that its path says; yields its address."""

    class Parrot(Handler):
        def do_GET(self) -> None:
            way, _, before = self.path.strip("/").partition("-")
            given = (self.headers.get(name) for name in ("X-Key", "Authorization", "PRIVATE-TOKEN"))
            key = "x" * int(before or 0) + next(filter(None, given), "")
            if way.startswith("api"):
                way, key = "api", "x" * 150 + key
            if way == "drop":
                self.wfile.write(f"HTTP/1.1 200 {key}\r\nContent-Length: 99\r\n\r\n{key}".encode())
                return
            self.send_response({"bad": 500, "redirect": 302, "api": 403}.get(way, 200))
            if way == "redirect":
                self.send_header("Location", f"/?{key}")
            if way == "header":
                self.send_header("X-Said", key)
            if way == "name":
                self.send_header(key.replace(" ", "-").replace("=", ""), "1")
            body = f"{key}\nyou said {key}"
            if way in {"api", "json"}:
                body = json.dumps([key, f"1.0-{key}"] if way == "json" else {"message": key})
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET

    with serving(Parrot) as server:
        yield f"http://127.0.0.1:{server.server_port}"

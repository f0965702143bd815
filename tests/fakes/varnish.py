"""Real Varnish nodes before one site whose pages say how often they were made."""

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from tests.fakes.ports import free_port
from tests.fakes.serving import Handler, serving

VARNISHD = "/usr/sbin/varnishd"
FLUSH_VCL = Path(__file__).parents[2] / "stacks/cache/payload/flush.vcl"
SECRET = "5c9a1b4e-not-for-production"

_VCL = """\
vcl 4.1;
include "{include}";
backend site {{ .host = "127.0.0.1"; .port = "{port}"; }}
"""


@dataclass
class Node:
    """One Varnish."""

    name: str
    http: str
    admin: str
    pid_file: Path

    def get(self, path: str, host: str = "www.example.org") -> str:
        """What a visitor gets."""
        return requests.get(self.http + path, headers={"Host": host}, timeout=10).text

    def end(self) -> None:
        """Kill it: the manager and its child."""
        if not self.pid_file.exists():
            return
        manager = psutil.Process(int(self.pid_file.read_text()))
        tree = [*manager.children(recursive=True), manager]
        self.pid_file.unlink()
        manager.terminate()
        _, alive = psutil.wait_procs(tree, timeout=5)
        for process in alive:
            process.kill()


@contextmanager
def site() -> Iterator[int]:
    """The port of a site: "HOST PATH, copy N" may be kept for an hour; /news/* has the tag "news"."""
    made: Counter[str] = Counter()

    class Site(Handler):
        def do_GET(self) -> None:
            page = f"{self.headers.get('Host')} {self.path}"
            made[page] += 1
            content = f"{page}, copy {made[page]}".encode()
            tags = {"xkey": "front news"} if self.path.startswith("/news") else {}
            self.reply(200, content, {"Cache-Control": "max-age=3600", **tags})

    with serving(Site) as server:
        yield server.server_port


@contextmanager
def nodes(folder: Path, names: tuple[str, ...] = ("cache1", "cache2", "cache3")) -> Iterator[dict[str, Node]]:
    """Varnish nodes by name, all before one `site`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secret").write_text(SECRET + "\n")
    with site() as port, ExitStack() as started:
        vcl = folder / "site.vcl"
        vcl.write_text(_VCL.format(include=FLUSH_VCL, port=port))
        found = {name: _started(folder / name, name, vcl, folder / "secret") for name in names}
        for node in found.values():
            started.callback(node.end)
        for node in found.values():
            _wait_for(node)
        yield found


def _started(folder: Path, name: str, vcl: Path, secret: Path) -> Node:
    http, admin = free_port(), free_port()
    node = Node(name, f"http://127.0.0.1:{http}", f"127.0.0.1:{admin}", folder.with_suffix(".pid"))
    # As an ordinary program: its jail would change to a user who may not look into a test's folders.
    argv = [VARNISHD, "-j", "none", "-n", folder, "-a", f"127.0.0.1:{http}", "-T", node.admin, "-S", secret]
    argv += ["-s", "malloc,16m", "-f", vcl, "-P", node.pid_file, "-p", "thread_pool_min=10"]
    # It goes on in the background once its VCL is compiled.
    ended = subprocess.run([str(word) for word in argv], check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return node


def _wait_for(node: Node) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            requests.get(node.http, timeout=2)
            return
        except requests.RequestException:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)

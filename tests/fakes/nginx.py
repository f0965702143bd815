"""A real nginx that serves a folder, set up for maintenance as the shipped stack asks for it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.ports import free_port

NGINX = "/usr/sbin/nginx"

#: What the stack tells people to include.
_MAINTENANCE = Path(__file__).parents[2] / "stacks/maintenance/payload/nginx-maintenance.conf"
_CONFIG = """\
{user}
daemon on;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{http}
}}
"""
_SITE = """\
    types {{ text/html html; text/css css; }}
    server {{
        listen 127.0.0.1:{port};
        root {site};
        location / {{ index index.html; }}
        include {maintenance};
    }}
"""


@contextmanager
def nginx(folder: Path, site: Path) -> Iterator[str]:
    """Serve *site*; gives its URL. Its own files are in *folder*."""
    port = free_port()
    with running(folder, _SITE.format(port=port, site=site, maintenance=_MAINTENANCE)):
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def running(folder: Path, http: str) -> Iterator[None]:
    """An nginx with these lines in its block `http`."""
    folder.mkdir(parents=True, exist_ok=True)
    # Its workers are somebody else's otherwise, who may not look into a test's folders.
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, user=user, http=http))
    command = [NGINX, "-c", str(config), "-e", str(folder / "error.log")]
    # Returns once it listens.
    subprocess.run(command, check=True)
    try:
        yield
    finally:
        subprocess.run([*command, "-s", "stop"], check=True)

"""A real nginx that keeps the pages of a site, as the shipped cache stack asks for it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.nginx import NGINX
from tests.fakes.ports import free_port

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
    proxy_cache_path {folder}/pages levels=1:2 keys_zone=pages:1m use_temp_path=off;
    proxy_cache_key "$host$request_uri";
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{site};
            proxy_set_header Host $host;
            proxy_cache pages;
        }}
    }}
}}
"""


@contextmanager
def nginx_cache(folder: Path, site: int) -> Iterator[str]:
    """An nginx before the *site* on this port; gives its URL. It keeps pages below `folder/pages`."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, site=site, user=user))
    command = [NGINX, "-c", str(config), "-e", str(folder / "error.log")]
    subprocess.run(command, check=True)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        subprocess.run([*command, "-s", "stop"], check=True)

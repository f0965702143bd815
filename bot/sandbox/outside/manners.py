"""How a host answers, whatever it is asked: ETags, quotas, and what goes wrong on request."""

import asyncio
import hashlib
import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

_REMEMBERED = 1000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, and how it was answered; bodies as they went over the wire."""

    method: str
    #: With its query.
    path: str
    status: int
    body: bytes = field(default=b"", repr=False)
    answer: bytes = field(default=b"", repr=False)


@dataclass(kw_only=True)
class Fault:
    """What happens to the next *times* requests whose path matches *path*."""

    path: str
    #: Instead of the answer; None: the answer itself comes, late.
    status: int | None
    headers: Mapping[str, str]
    delay_s: float
    times: int


@dataclass(kw_only=True)
class Manners:
    """Change its attributes, and the next answer is different. Any thread may."""

    #: What the headers of a quota are called: "X-RateLimit" at GitHub, "RateLimit" at GitLab.
    quota_name: str
    #: How a used up quota is answered.
    quota_status: int
    #: What credentials have to be; None: anybody may do anything.
    token: str | None = None
    #: Answers that are left; None: as many as anybody wants. An unchanged answer costs none.
    quota: int | None = None
    #: When there is a quota again, in seconds since 1970.
    quota_reset_at: int = 0
    #: The newest requests, oldest first.
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    #: How many requests so far counted against a quota, if there is one.
    cost: int = 0
    _faults: list[Fault] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def fail(
        self,
        status: int | None = 500,
        *,
        path: str = "",
        times: int = 1,
        delay_s: float = 0.0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Let the next requests go wrong, or with *status* None only come late."""
        with self._guard:
            made = Fault(path=path, status=status, headers=dict(headers or {}), delay_s=delay_s, times=times)
            self._faults.append(made)

    def middleware(self) -> Middleware:
        """What stands between the wire and the answers."""

        @web.middleware
        async def manners(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = await self._answer(request, handler)
            answer = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
            asked = Asked(
                method=request.method,
                path=request.path_qs,
                status=response.status,
                body=await request.read(),
                answer=answer,
            )
            with self._guard:
                self.asked.append(asked)
                self.cost += response.status != 304
            return response

        return manners

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = self._take(request.path_qs)
        if fault:
            await asyncio.sleep(fault.delay_s)
            if fault.status is not None:
                body = {"message": f"answered with {fault.status} on request"}
                return web.json_response(body, status=fault.status, headers=fault.headers)
        if not self._is_known(request):
            return web.json_response({"message": "Bad credentials"}, status=401)
        if self.quota is not None and self.quota <= 0:
            body = {"message": "API rate limit exceeded for this token."}
            return web.json_response(body, status=self.quota_status, headers=self._quota_headers())
        response = await handler(request)
        if isinstance(response, web.Response):
            response = _conditional(request, response)
        if self.quota is not None:
            self.quota -= response.status != 304
            response.headers.update(self._quota_headers())
        return response

    def _take(self, path: str) -> Fault | None:
        with self._guard:
            fault = next((one for one in self._faults if re.search(one.path, path)), None)
            if fault:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
            return fault

    def _is_known(self, request: web.Request) -> bool:
        if self.token is None:
            return True
        shown = request.headers.get("Private-Token") or request.headers.get("Authorization", "").partition(" ")[2]
        return shown == self.token

    def _quota_headers(self) -> dict[str, str]:
        return {
            f"{self.quota_name}-Limit": "5000",
            f"{self.quota_name}-Remaining": str(max(self.quota or 0, 0)),
            f"{self.quota_name}-Reset": str(self.quota_reset_at),
            f"{self.quota_name}-Used": str(5000 - max(self.quota or 0, 0)),
        }


def _conditional(request: web.Request, response: web.Response) -> web.Response:
    """*response* with an ETag; without its body where who asks has it already."""
    if request.method != "GET" or response.status != 200 or not isinstance(response.body, bytes):
        return response
    tag = f'W/"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return response

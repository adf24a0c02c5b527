"""The scripted sites: one server on loopback that answers for every host as the case at hand says."""

from dataclasses import dataclass, field
from typing import Awaitable, Callable, Union

from aiohttp import web
from multidict import CIMultiDict

PAGE = """<!doctype html><meta charset="utf-8"><title>Orders</title><link rel="icon" href="data:,">
{markup}<script>
const done = outcome => { document.title = outcome; };
%s
</script>
"""


@dataclass
class Answer:
    """One scripted response. `headers` are lines: the same name may come twice."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""
    type: str | None = "application/json"


Route = Union[Answer, Callable[[web.Request], Union[Answer, Awaitable[Answer]]]]


def page(script: str, markup: str = "", headers: list[tuple[str, str]] | None = None) -> Answer:
    """A page that runs a script. The script calls `done(outcome)` once, which becomes the title."""
    text = (PAGE % script).replace("{markup}", markup)
    return Answer(200, headers or [], text, "text/html; charset=utf-8")


class Sites:
    """Answers `host/path` (no port, no query) by the routes of the case at hand, and 404 otherwise."""

    def __init__(self, port: int):
        self.port = port
        self.routes: dict[str, Route] = {}
        self.runner: web.AppRunner | None = None

    async def start(self) -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self.respond)
        self.runner = web.AppRunner(application, access_log=None)
        await self.runner.setup()
        for address in ("127.0.0.1", "::1"):
            await web.TCPSite(self.runner, address, self.port).start()

    async def stop(self) -> None:
        if self.runner:
            await self.runner.cleanup()

    async def respond(self, request: web.Request) -> web.Response:
        route = self.routes.get(request.host.rsplit(":", 1)[0] + request.path)
        if route is None:
            route = Answer(404, [], "not found", "text/plain")
        if callable(route):
            route = route(request)
            if not isinstance(route, Answer):
                route = await route
        headers = CIMultiDict([("Server", "nginx")])
        for name, value in route.headers:
            headers.add(name, value)
        if route.type and route.status not in (204, 304):
            headers.add("Content-Type", route.type)
        return web.Response(status=route.status, headers=headers, body=route.body.encode())

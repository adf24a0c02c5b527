"""Chromium with its own DevTools open on the recorded page.

The DevTools front end is a web application that the browser serves on its debugging port. It runs here in a tab of its
own, attached to the recorded page, and writes the HAR and the console's text with the code behind "Export HAR" and
"Save as": nothing about the shape is ours.
"""

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import aiohttp

from wait import until

SWITCHES = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
    "--remote-debugging-port=0", "--remote-allow-origins=*",
]

EXPORT = """(async () => {
  const [har, logs, common] = await Promise.all(
    ['models/har/har', 'models/logs/logs', 'core/common/common'].map(name => import(`/devtools/${name}.js`)));
  const requests = logs.NetworkLog.NetworkLog.instance().requests().filter(request => request.finished);
  const write = async sanitize => {
    let text = '';
    const stream = { write: async chunk => { text += chunk; } };
    await har.Writer.Writer.write(stream, [...requests], { sanitize }, new common.Progress.Progress());
    return text;
  };
  return { full: await write(false), sanitised: await write(true) };
})()"""

CONSOLE = """(async () => {
  const { ConsoleView } = await import('/devtools/panels/console/console.js');
  const view = ConsoleView.ConsoleView.instance(), lines = [];
  for (let index = 0; index < view.itemCount(); index++) lines.push(view.itemElement(index).toExportString());
  return lines.join('\\n');
})()"""

STATE = """(async () => {
  const { NetworkLog } = await import('/devtools/models/logs/logs.js');
  const { ConsoleView } = await import('/devtools/panels/console/console.js');
  const requests = NetworkLog.NetworkLog.instance().requests();
  return { requests: requests.length, unfinished: requests.filter(request => !request.finished).length,
           lines: ConsoleView.ConsoleView.instance().itemCount() };
})()"""


class Session:
    """One DevTools protocol connection to one tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse):
        self.socket, self.last, self.waiting = socket, 0, {}
        self.pump = asyncio.create_task(self.receive())

    async def receive(self) -> None:
        async for message in self.socket:
            answer = json.loads(message.data)
            if waiting := self.waiting.pop(answer.get("id"), None):
                waiting.set_result(answer)

    async def call(self, method: str, **parameters):
        self.last += 1
        answer = self.waiting[self.last] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": self.last, "method": method, "params": parameters})
        result = await asyncio.wait_for(answer, 60)
        if "error" in result:
            raise RuntimeError(f"{method}: {result['error']}")
        return result["result"]

    async def evaluate(self, expression: str):
        result = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"])[:600])
        return result["result"].get("value")


class Chromium:
    """A running Chromium. `cookies`: whether third-party cookies are allowed; `switches`: more of the command line."""

    name = "chromium"

    def __init__(self, cookies: bool = True, switches: tuple[str, ...] = ()):
        self.cookies, self.switches = cookies, switches

    async def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="recorder-chromium-"))
        (self.folder / "Default").mkdir()
        mode = {"profile": {"cookie_controls_mode": 0 if self.cookies else 1}}
        (self.folder / "Default" / "Preferences").write_text(json.dumps(mode))
        self.process = subprocess.Popen(
            ["chromium", *SWITCHES, *self.switches, f"--user-data-dir={self.folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = self.folder / "DevToolsActivePort"
        await until("Chromium's debugging port", lambda: port_file.exists() and "\n" in port_file.read_text())
        self.host = f"127.0.0.1:{port_file.read_text().splitlines()[0]}"
        self.http = aiohttp.ClientSession()
        async with self.http.get(f"http://{self.host}/json/version") as answer:
            self.version = (await answer.json())["Browser"].split("/")[1]
        target, self.page = await self.tab()
        _, self.visitor = await self.tab()
        _, self.devtools = await self.tab()
        await self.devtools.call(
            "Page.navigate",
            url=f"http://{self.host}/devtools/devtools_app.html?ws={self.host}/devtools/page/{target}&panel=console")
        await until("DevTools", self.attached)

    async def attached(self) -> bool:
        try:
            return await self.devtools.evaluate(
                "import('/devtools/core/sdk/sdk.js').then(sdk => !!sdk.TargetManager.TargetManager.instance()"
                ".primaryPageTarget()?.model(sdk.NetworkManager.NetworkManager))")
        except RuntimeError:
            return False

    async def tab(self) -> tuple[str, Session]:
        async with self.http.put(f"http://{self.host}/json/new?about:blank") as answer:
            target = await answer.json()
        socket = await self.http.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0)
        return target["id"], Session(socket)

    async def clear(self) -> None:
        await self.page.call("Page.navigate", url="about:blank")
        await until("an empty page", lambda: self.page.evaluate(
            "location.href === 'about:blank' && document.readyState === 'complete'"))
        await until("an empty network log", self.empty)
        await self.page.call("Network.clearBrowserCookies")
        await self.page.call("Network.clearBrowserCache")

    async def empty(self) -> bool:
        return (await self.devtools.evaluate(STATE))["requests"] == 0

    async def visit(self, url: str) -> None:
        """Opens a URL in a tab that is not recorded."""
        await self.visitor.call("Page.navigate", url=url)

    async def evaluate(self, expression: str):
        """Evaluates in the tab that is not recorded."""
        return await self.visitor.evaluate(expression)

    async def record(self, url: str, idle: float) -> tuple[str, dict[str, str], str]:
        """Opens a page and waits for its outcome: that, the HARs by name, and the console's text."""
        await self.page.call("Page.navigate", url=url)

        async def outcome():
            title = await self.page.evaluate("document.title")
            return title if title not in ("", "Orders", "about:blank") else None

        title = await until(f"the outcome of {url}", outcome)
        await asyncio.sleep(idle)
        await self.settle()
        hars = await self.devtools.evaluate(EXPORT)
        console = await self.devtools.evaluate(CONSOLE)
        return title, {"chromium": hars["full"], "chromium-sanitised": hars["sanitised"]}, console

    async def settle(self) -> None:
        """Waits until DevTools has heard of everything: requests, all finished, and nothing new for a while.

        Some blocked requests never finish for DevTools, which then leaves them out of the HAR: not more than 4 s.
        """
        same, before = 0, None
        deadline = time.monotonic() + 4
        while same < 4 and time.monotonic() < deadline:
            state = await self.devtools.evaluate(STATE)
            settled = state["requests"] and not state["unfinished"] and state == before
            same, before = (same + 1 if settled else 0), state
            await asyncio.sleep(0.15)

    async def stop(self) -> None:
        await self.http.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

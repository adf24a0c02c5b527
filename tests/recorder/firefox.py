"""Firefox with its own DevTools open on the recorded page, headless, spoken to over Marionette.

The HAR is the file that Firefox itself writes by `devtools.netmonitor.har.enableAutoExportToFile`. The network panel's
"Save All As HAR" knows a little more, so there is a second one, from the function behind that. The console's text is what
"Save all Messages to File" takes: the selection of the console's whole output.
"""

import asyncio
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from wait import until

PREFERENCES = {
    "devtools.netmonitor.har.enableAutoExportToFile": True,
    "devtools.netmonitor.har.forceExport": True,
    "devtools.netmonitor.har.defaultFileName": "recording",
    "devtools.toolbox.selectedTool": "webconsole",
    "browser.startup.page": 0,
    "browser.shell.checkDefaultBrowser": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}

TOOLBOX = """
  const { require } = ChromeUtils.importESModule("resource://devtools/shared/loader/Loader.sys.mjs");
  const { gDevTools } = require("devtools/client/framework/devtools");
  const tab = gBrowser.tabs[0];
  const toolbox = gDevTools.getToolboxForTab(tab) || await gDevTools.showToolboxForTab(tab, { toolId: "webconsole" });
"""

CONSOLE = TOOLBOX + """
  const { getElementText } = require("devtools/client/webconsole/utils/clipboard");
  return getElementText(toolbox.getPanel("webconsole").hud.ui.outputNode);
"""

PANEL = TOOLBOX + """
  return JSON.stringify({ log: await toolbox.getHARFromNetMonitor() });
"""

CLEAR = """
  Services.cookies.removeAll();
  Services.cache2.clear();
  await new Promise(done => Services.clearData.deleteData(Ci.nsIClearDataService.CLEAR_PERMISSIONS
    | Ci.nsIClearDataService.CLEAR_PREFLIGHT_CACHE | Ci.nsIClearDataService.CLEAR_NETWORK_CACHE, done));
"""


class Firefox:
    """A running Firefox."""

    name = "firefox"

    async def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="recorder-firefox-"))
        self.hars = self.folder / "hars"
        self.hars.mkdir()
        preferences = PREFERENCES | {"devtools.netmonitor.har.defaultLogDir": str(self.hars), "marionette.port": 0}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
        (self.folder / "user.js").write_text("\n".join(lines))
        self.process = subprocess.Popen(
            ["firefox-esr", "--headless", "--no-remote", "--profile", self.folder, "--marionette",
             "--remote-allow-system-access"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = self.folder / "MarionetteActivePort"
        await until("Firefox's port", lambda: port_file.exists() and port_file.read_text().strip())
        port = int(port_file.read_text())
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.last = 0
        await self.receive()
        session = await self.call("WebDriver:NewSession", pageLoadStrategy="none")
        self.version = session["capabilities"]["browserVersion"]
        self.recorded = await self.call("WebDriver:GetWindowHandle")
        self.recorded = self.recorded["value"]
        await self.chrome(TOOLBOX + "await toolbox.getNetMonitorAPI();")
        self.visitor = (await self.call("WebDriver:NewWindow", type="tab"))["handle"]

    async def receive(self):
        length = (await self.reader.readuntil(b":"))[:-1]
        return json.loads(await self.reader.readexactly(int(length)))

    async def call(self, command: str, **parameters):
        self.last += 1
        message = json.dumps([0, self.last, command, parameters]).encode()
        self.writer.write(str(len(message)).encode() + b":" + message)
        await self.writer.drain()
        _, _, error, result = await asyncio.wait_for(self.receive(), 60)
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result

    async def chrome(self, body: str):
        """Runs the body of an async function in the browser's own window."""
        await self.call("Marionette:SetContext", value="chrome")
        try:
            result = await self.call("WebDriver:ExecuteAsyncScript", args=[], newSandbox=True, script=f"""
                const finish = arguments[arguments.length - 1];
                (async () => {{ {body} }})().then(value => finish({{ value }}), error => finish({{ error: `${{error}}` }}));""")
        finally:
            await self.call("Marionette:SetContext", value="content")
        if "error" in result["value"]:
            raise RuntimeError(result["value"]["error"])
        return result["value"].get("value")

    async def clear(self) -> None:
        await self.switch(self.recorded)
        await self.chrome("""Services.prefs.setBoolPref("devtools.netmonitor.har.enableAutoExportToFile", false);""")
        await self.call("WebDriver:Navigate", url="about:blank")
        for file in self.hars.iterdir():
            file.unlink()
        await self.chrome(CLEAR)

    async def switch(self, handle: str) -> None:
        await self.call("WebDriver:SwitchToWindow", handle=handle, focus=True)

    async def visit(self, url: str) -> None:
        """Opens a URL in a tab that is not recorded."""
        await self.switch(self.visitor)
        await self.call("WebDriver:Navigate", url=url)

    async def evaluate(self, expression: str):
        """Evaluates in the tab that is not recorded."""
        await self.switch(self.visitor)
        result = await self.call("WebDriver:ExecuteScript", script=f"return ({expression})", args=[])
        return result["value"]

    async def record(self, url: str, idle: float) -> tuple[str, dict[str, str], str]:
        """Opens a page and waits for its outcome and the HAR: the outcome, the HARs by name, the console's text."""
        await self.switch(self.recorded)
        await self.chrome(f"""
            Services.prefs.setBoolPref("devtools.netmonitor.har.enableAutoExportToFile", false);
            Services.prefs.setIntPref("devtools.netmonitor.har.pageLoadedTimeout", {int(2500 + idle * 1000)});""")
        await self.call("WebDriver:Navigate", url=url)

        async def outcome():
            title = (await self.call("WebDriver:GetTitle"))["value"]
            return title if title not in ("", "Orders", "about:blank") else None

        title = await until(f"the outcome of {url}", outcome)
        # Firefox exports when nothing has happened for the timeout, and reads the preference only then.
        await self.chrome("""Services.prefs.setBoolPref("devtools.netmonitor.har.enableAutoExportToFile", true);""")
        har = await until("the exported HAR", lambda: self.exported(url))
        await asyncio.sleep(0.3)
        panel = await self.chrome(PANEL)
        return title, {"firefox": har, "firefox-panel": panel}, await self.chrome(CONSOLE)

    def exported(self, url: str) -> str | None:
        """The text of the HAR of this page, once it is whole."""
        for file in self.hars.iterdir():
            try:
                text = file.read_text()
                if any(entry["request"]["url"] == url for entry in json.loads(text)["log"]["entries"]):
                    return text
            except ValueError:
                pass
        return None

    async def stop(self) -> None:
        self.writer.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

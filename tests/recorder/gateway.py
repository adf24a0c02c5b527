"""A real Crossgate in front of the sites, with a mail folder, and signing in through its pages."""

import email
import email.policy
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import aiohttp

from cases import GATEWAY
from wait import until

CONFIGS = Path(__file__).resolve().parents[2] / "crates/doctor/tests/recorded"
ADMIN = f"http://127.0.0.1:{GATEWAY + 1}"
CODE = re.compile(r"^\s*(\d(?: ?\d){5})\s*$", re.MULTILINE)


class Gateway:
    """One gateway at a time; each case starts with a new one that knows nobody."""

    def __init__(self, binary: str):
        self.binary, self.process, self.folder = binary, None, None

    async def start(self, config: str) -> None:
        self.stop()
        self.folder = Path(tempfile.mkdtemp(prefix="recorder-gateway-"))
        (self.folder / "mail").mkdir()
        shutil.copy(CONFIGS / config, self.folder / "crossgate.yaml")
        self.process = subprocess.Popen([self.binary, "serve", "--config", self.folder / "crossgate.yaml"],
                                        cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await until("the gateway", self.ready)

    async def ready(self) -> bool:
        try:
            async with aiohttp.ClientSession() as http, http.get(f"{ADMIN}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def sign_in(self, browser, url: str, address: str) -> None:
        """Opens a URL in the browser's other tab and signs in on the login host's pages."""
        await browser.visit(url)
        await self.fill_in(browser, "email", address)
        mail = await until("the mail", lambda: self.code(address))
        await self.fill_in(browser, "code", mail)
        await until("being signed in", lambda: browser.evaluate(
            f"location.href === {json.dumps(url)} && document.readyState === 'complete'"))

    async def fill_in(self, browser, field: str, value: str) -> None:
        await until(f"the field {field}", lambda: browser.evaluate(f"""(() => {{
            const field = document.getElementById('{field}');
            if (!field || document.readyState !== 'complete') return false;
            field.value = {json.dumps(value)};
            field.form.querySelector('button').click();
            return true;
        }})()"""))

    def code(self, address: str) -> str | None:
        for file in (self.folder / "mail").glob("*.eml"):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            text = message.get_body(("plain",)).get_content()
            if address in message["to"] and (found := CODE.search(text)):
                return found[1].replace(" ", "")
        return None

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)
            self.process = None

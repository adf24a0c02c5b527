"""Records every class of CORS failure from real browsers, as test data of the doctor. See README.md."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

import gateway_cases
import plain_cases
from cases import PUBLIC, SITES, Case
from chromium import Chromium
from firefox import Firefox
from gateway import Gateway
from manifest import Manifest
from normalise import Normaliser
from readme import write_readme
from safari import synthesise
from server import Sites, page
from verify import problems
from wait import until

FOLDER = Path(__file__).resolve().parents[2] / "crates/doctor/tests/recorded"


class Recorder:
    """The sites, the gateway and the browsers that the cases so far needed."""

    def __init__(self, crossgate: str | None, manifest: Manifest):
        self.sites = [Sites(SITES), Sites(PUBLIC)]
        self.gateway = Gateway(crossgate) if crossgate else None
        self.browsers: dict[tuple, Chromium | Firefox] = {}
        self.manifest = manifest

    async def browser(self, engine: str, case: Case):
        key = ("firefox",) if engine == "firefox" else ("chromium", case.third_party_cookies, case.switches)
        if key not in self.browsers:
            browser = Firefox() if engine == "firefox" else Chromium(*key[1:])
            await browser.start()
            self.browsers[key] = browser
        return self.browsers[key]

    async def record(self, engine: str, case: Case) -> None:
        expected = case.expected_of(engine)
        browser = await self.browser(engine, case)
        if "does_not_occur" in expected:
            self.manifest.add_missing(case, engine, browser.version)
            return
        for sites in self.sites:
            host, path = case.page.split("/")[2].split(":")[0], "/" + case.page.split("/", 3)[3]
            sites.routes = {host + path: page(case.script, case.markup, case.page_headers)} | case.routes
        if case.gateway:
            await self.gateway.start(case.gateway)
        await browser.clear()
        for step in case.before:
            await self.prepare(browser, step)
        outcome, hars, console = await browser.record(case.page, case.idle)
        wanted = case.outcomes.get(engine, case.outcome)
        if outcome != wanted:
            raise AssertionError(f"{outcome}, not {wanted}\n{console}")
        for name, har in hars.items():
            if not any(entry["request"]["url"] == case.page for entry in json.loads(har)["log"]["entries"]):
                raise AssertionError(f"{case.name}: the page itself is missing in {name}")
        normaliser = Normaliser(next(iter(hars.values())))
        for name, har in hars.items():
            self.manifest.add(case, name, browser.version, case.expected_of(name), normaliser.har(har), normaliser.text(console))

    async def prepare(self, browser, step) -> None:
        """Before the recording: signs in, or opens a page and, with `#wait`, waits for its outcome."""
        if isinstance(step, tuple):
            await self.gateway.sign_in(browser, *step)
            return
        await browser.visit(step)
        ready = "document.title !== 'Orders' && document.readyState" if step.endswith("#wait") else "document.readyState"
        address = f"location.href.startsWith({json.dumps(step.split('#')[0])})"
        await until(step, lambda: browser.evaluate(f"{address} && ({ready}) === 'complete'"))

    async def stop(self) -> None:
        for browser in self.browsers.values():
            await browser.stop()
        for sites in self.sites:
            await sites.stop()
        if self.gateway:
            self.gateway.stop()


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help="names of cases or their beginnings; all without one")
    parser.add_argument("--engine", choices=["chromium", "firefox"], action="append")
    parser.add_argument("--crossgate", help="the gateway's binary; without it, cases behind a gateway are left as they are")
    parser.add_argument("--expectations", action="store_true", help="record nothing; only write what the cases expect of what is there")
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    manifest = Manifest(options.out)
    if options.expectations:
        for case in plain_cases.CASES + gateway_cases.CASES:
            manifest.refresh(case)
            synthesise(case, manifest)
        return finish(manifest)
    recorder = Recorder(options.crossgate, manifest)
    for sites in recorder.sites:
        await sites.start()
    failed = []
    try:
        for case in plain_cases.CASES + gateway_cases.CASES:
            wanted = not options.cases or any(case.name.startswith(name) for name in options.cases)
            if not wanted or (case.gateway and not recorder.gateway):
                continue
            for engine in options.engine or ["chromium", "firefox"]:
                try:
                    await recorder.record(engine, case)
                    print(f"{case.name} {engine}", flush=True)
                except Exception as error:
                    failed.append((case.name, engine))
                    print(f"{case.name} {engine} FAILED: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            synthesise(case, manifest)
    finally:
        await recorder.stop()
    print(f"{len(failed)} failed: {failed}" if failed else "all recorded")
    return finish(manifest) or (1 if failed else 0)


def finish(manifest: Manifest) -> int:
    manifest.write()
    write_readme(manifest)
    wrong = problems(manifest.folder)
    print("\n".join(wrong) or "all recordings show what they say")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

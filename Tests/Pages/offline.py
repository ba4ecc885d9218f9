"""A browser that reaches no network, for tests of pages; `page` is None where there is none."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Jupyter"))

import browser  # noqa: E402  (shared with the tests of JupyterLab)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.page = None
        if browser.program() is not None:
            cls.page = browser.Page("about:blank", cls.folder.name)
            cls.addClassCleanup(cls.page.close)
            for domain in ["Page", "Network", "Runtime", "Log"]:
                cls.page.send(f"{domain}.enable")
            cls.page.send("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)

    def visit(self, address, scheme="light"):
        """Opens a page, by light or dark, and waits until it stands."""
        self.page.events.clear()
        self.page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.page.send("Page.navigate", url=address)
        self.page.until(f"document.readyState === 'complete' && location.href === {address!r}")

    def loaded(self):
        """What was asked for since the page was opened, but for what stands in it."""
        asked = {event["params"]["request"]["url"] for event in self.page.events
                 if event["method"] == "Network.requestWillBeSent"}
        return {url for url in asked if not url.startswith("data:")}

    def said(self):
        """Errors and messages of the page's scripts."""
        return [event["params"] for event in self.page.events
                if event["method"] in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")]

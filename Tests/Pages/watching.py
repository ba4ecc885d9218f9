"""`moco watch` in a browser: the page follows the file; a training is asked for and interrupted; a cell fails."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Jupyter"))

import browser  # noqa: E402  (shared with the tests of JupyterLab)

MOCO = os.environ.get("MOCO", str(ROOT / ".build/release/moco"))

PROGRAM = """\
// %% [markdown]
// # A watched notebook
// Prose stands here.

// %% Numbers
let numbers = [1, 2, 3]
show table([{n: n, square: n * n} for n in numbers])

// %% A sum
let total = sum(numbers)
print("the total is", total)

// %% Data
let clip = load_clip("small")
let data = dataset("fashion")
let mix = mixture(clip, {a: ["a photo of a {}."], b: ["a drawing of a {}."]}, classes: data.classes, seed: 1)

// %% A training
let run = train mix on data.few_shot(16, seed: 1).train for 2000 epochs { seed: 1 }

// %% Below
print("below the training")
"""


class Watching(unittest.TestCase):
    def setUp(self):
        if browser.program() is None:
            self.skipTest("there is no Chromium here")
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.page = browser.Page("about:blank", folder.name)
        self.addCleanup(self.page.close)
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.page.send(f"{domain}.enable")

    def watch(self, text, name="notebook.moco"):
        self.file = pathlib.Path(self.folder) / name
        self.file.write_text(text)
        self.moco = subprocess.Popen([MOCO, "watch", str(self.file)], stdout=subprocess.PIPE, text=True, cwd=self.folder)
        self.addCleanup(self.end)
        self.address = self.moco.stdout.readline().strip()
        self.page.send("Page.navigate", url=self.address)

    def end(self):
        self.moco.terminate()
        self.moco.wait(30)
        self.moco.stdout.close()

    def save(self, text):
        new = self.file.with_suffix(".new")
        new.write_text(text)
        os.replace(new, self.file)

    def cell(self, title):
        return f"[...document.querySelectorAll('.live')].find((c) => c.querySelector('h2')?.textContent.startsWith({json.dumps(title)}))"

    def state(self, title, wanted, seconds=60):
        self.page.until(f"{self.cell(title)}?.dataset.state === {json.dumps(wanted)}", f"{title}: {wanted}", seconds)

    def says(self, title, wanted, seconds=60):
        self.page.until(f"{self.cell(title)}?.querySelector('.outputs').textContent.includes({json.dumps(wanted)})",
                        f"{title}: {wanted}", seconds)

    def picture(self, name):
        if os.environ.get("MOCO_PICTURES"):
            self.page.picture(pathlib.Path(os.environ["MOCO_PICTURES"]) / f"{name}.png")

    def check_page(self):
        # This page has a script of its own, and that is all that page.js may find.
        script = "[...document.querySelectorAll('script')].forEach((one) => one.remove());\n" + (HERE / "page.js").read_text()
        self.assertEqual(self.page.run("document.querySelectorAll('script[src]').length"), 0)
        self.assertEqual(self.page.run(
            "[...document.querySelectorAll('.live[data-state=prose] button')].filter((b) => b.checkVisibility()).length"), 0)
        for scheme in ["light", "dark"]:
            self.page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            self.assertEqual(self.page.run(script), [], scheme)
        loaded = {event["params"]["request"]["url"] for event in self.page.events if event["method"] == "Network.requestWillBeSent"}
        self.assertEqual({url for url in loaded if not url.startswith(("data:", self.address))} - {"about:blank"}, set())
        said = [event["params"] for event in self.page.events
                if event["method"] in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")]
        self.assertEqual(said, [])

    def test_the_page_follows_the_file(self):
        self.watch(PROGRAM)
        self.says("A sum", "the total is 6")
        self.state("Below", "fresh")
        self.state("A training", "stale")
        self.assertEqual(self.page.run("document.title"), "A watched notebook")
        self.check_page()
        self.picture("watch-start")
        # Folds, focus and scrolling stay where a cell changes elsewhere.
        self.page.run("window.scrollTo(0, 300)")
        self.page.run(f"{self.cell('Data')}.querySelector('details').open = false")
        self.page.run(f"{self.cell('Data')}.querySelector('summary').focus()")
        self.page.run(f"window.kept = {self.cell('Data')}")
        before = self.page.run("window.scrollY")
        self.save(PROGRAM.replace("[1, 2, 3]", "[1, 2, 3, 4]"))
        self.says("A sum", "the total is 10")
        self.assertTrue(self.page.run(f"window.kept === {self.cell('Data')}"))
        self.assertFalse(self.page.run("window.kept.querySelector('details').open"))
        self.assertTrue(self.page.run("document.activeElement === window.kept.querySelector('summary')"))
        self.assertLess(abs(self.page.run("window.scrollY") - before), 60)
        # A cell that fails says so, and the one below waits.
        self.save(PROGRAM.replace("sum(numbers)", "numbers[7]"))
        self.state("A sum", "failed")
        self.says("A sum", "E0202")
        self.state("Below", "fresh")
        self.picture("watch-failed")
        # A file that cannot run says what is wrong, and everything stays.
        self.save(PROGRAM.replace("sum(numbers)", "sum(numbres)"))
        self.page.until("!document.getElementById('problem').hidden")
        self.assertIn("numbres", self.page.run("document.getElementById('problem').textContent"))
        self.save(PROGRAM)
        self.page.until("document.getElementById('problem').hidden")
        self.says("A sum", "the total is 6")
        # A training is asked for, tells how far it is, and is interrupted.
        self.page.run(f"{self.cell('A training')}.querySelector('button.run').click()")
        self.state("A training", "running")
        self.says("A training", "/")
        first = self.page.run(f"{self.cell('A training')}.querySelector('.outputs').textContent")
        self.page.until(f"{self.cell('A training')}.querySelector('.outputs').textContent !== {json.dumps(first)}")
        self.picture("watch-training")
        self.page.run("document.getElementById('interrupt').click()")
        self.state("A training", "interrupted")
        self.says("A training", "E0406")
        self.check_page_without_events()
        # The connection is lost and said to be.
        self.moco.terminate()
        self.moco.wait(30)
        self.page.until("!document.getElementById('lost').hidden")

    def check_page_without_events(self):
        self.page.events.clear()
        self.check_page()

    def test_the_lesson_on_routing(self):
        text = (ROOT / "stdlib/lessons/routing.moco").read_text()
        self.watch(text, "routing.moco")
        self.page.until("!document.getElementById('run-all').disabled")
        self.page.run("document.getElementById('run-all').click()")
        self.page.until("[...document.querySelectorAll('.live')].every((c) => ['fresh', 'prose'].includes(c.dataset.state))",
                        "all of the lesson", 300)
        self.picture("watch-lesson")
        self.check_page()
        before = self.page.run(f"{self.cell('The scores of the experts')}.querySelector('.outputs').textContent")
        # The slider is moved quickly: the last position counts.
        self.page.run("""(() => {
          const slider = document.querySelector("input[data-control=severity]");
          slider.focus();
          for (const value of ["0", "0.2", "0.4", "0.6"]) {
            slider.value = value;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
          }
        })()""")
        self.says("The image", "severity 0.6")
        self.page.until(
            f"{self.cell('The scores of the experts')}.querySelector('.outputs').textContent !== {json.dumps(before)}")
        self.assertTrue(self.page.run("document.activeElement.dataset.control === 'severity'"))
        self.page.run("""(() => {
          const style = document.querySelector("select[data-control=style]");
          style.value = "dark";
          style.dispatchEvent(new Event("change", { bubbles: true }));
        })()""")
        self.says("The image", "as a dark of severity 0.6")
        self.page.run("document.querySelectorAll('input[type=radio][data-control=picture]')[1].click()")
        self.says("The image", "Image 1 is")
        self.picture("watch-controls")
        self.check_page_without_events()
        self.page.until("[...document.querySelectorAll('.live')].every((c) => ['fresh', 'prose', 'stale'].includes(c.dataset.state))")
        # What trains has not run again.
        self.state("A small mixture", "fresh")


if __name__ == "__main__":
    unittest.main()

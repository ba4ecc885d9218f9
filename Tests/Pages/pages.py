"""What moco exports: valid HTML that loads nothing and can be read by everybody, and notebooks that Jupyter's tools take."""
import html
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import warnings

import html5lib
import nbconvert
import nbformat

import offline

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

MOCO = os.environ.get("MOCO", str(ROOT / ".build/release/moco"))
# A program, and the status of its export.
PROGRAMS = [(HERE / "outputs.moco", 70), (HERE / "controls.moco", 0), (ROOT / "stdlib/examples/quickstart.moco", 0),
            *((file, 0) for file in sorted((ROOT / "stdlib/lessons").glob("*.moco")))]


def strict(text):
    def refuse(word):
        raise ValueError(f"{word} is not JSON")
    return json.loads(text, parse_constant=refuse)


class Pages(offline.Case):
    def export(self, file, ending, status):
        path = pathlib.Path(self.folder.name) / f"{file.stem}.{ending}"
        if not path.exists():
            made = subprocess.run([MOCO, "export", "--quiet", str(file), "-o", str(path)], capture_output=True, text=True,
                                  cwd=self.folder.name)
            self.assertEqual(made.returncode, status, made.stderr)
        return path

    def each(self, ending, check):
        """Exports every program, and checks what comes of it."""
        for file, status in PROGRAMS:
            with self.subTest(file=file.name):
                check(self.export(file, ending, status))

    def test_pages_are_valid(self):
        self.each("html", lambda path: html5lib.HTMLParser(strict=True).parse(path.read_text()))

    def test_pages_load_nothing_and_can_be_read_by_everybody(self):
        if self.page is None:
            self.skipTest("there is no Chromium here")
        script = (HERE / "page.js").read_text()

        def check(path):
            for scheme in ["light", "dark"]:
                self.visit(path.as_uri(), scheme)
                self.assertEqual(self.page.run(script), [], f"{path.name}, {scheme}")
                self.assertEqual(self.loaded(), {path.as_uri()})
                self.assertEqual(self.said(), [])
        self.each("html", check)

    # Reads what a page shows of each cell with states, once its script has run.
    SHOWN = "Object.fromEntries([...document.querySelectorAll('[id^=outputs-]')].map((e) => [e.id, e.innerHTML]))"

    def open(self, path, scripts=True):
        self.page.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.page.send("Page.navigate", url="about:blank")
        self.page.until("location.href === 'about:blank'")
        self.page.send("Page.navigate", url=path.as_uri())
        self.page.until(f"document.readyState === 'complete' && location.href === {json.dumps(path.as_uri())}")

    def move(self, name, value):
        """Moves a control as a person does: the element changes, and says so."""
        self.page.run(f"""(() => {{
          const elements = [...document.querySelectorAll('[data-control]')].filter((e) => e.dataset.control === {json.dumps(name)});
          const value = {json.dumps(value)};
          const element = elements.length > 1 ? elements.find((e) => e.value === value) : elements[0];
          if (element.disabled) throw new Error('it cannot be moved');
          if (element.type === 'checkbox') element.checked = value === 'true';
          else if (element.type === 'radio') element.checked = true;
          else element.value = value;
          element.dispatchEvent(new Event('input', {{ bubbles: true }}));
        }})()""")

    def test_controls_show_what_a_run_with_these_settings_shows(self):
        if self.page is None:
            self.skipTest("there is no Chromium here")
        file = HERE / "controls.moco"
        path = self.export(file, "html", 0)
        self.open(path)
        first = self.page.run(self.SHOWN)
        self.assertGreaterEqual(len(first), 4)
        states = [{"k": "4"}, {"k": "4", "style": "</script><b>x"}, {"on": "false", "f": "0.3"}, {"k": "1", "picture": "2"},
                  {"k": "2", "style": "negative", "on": "true", "f": "0.2", "picture": "1"}]
        now = {}
        for settings in states:
            now.update(settings)
            for name, value in settings.items():
                self.move(name, value)
            shown = self.page.run(self.SHOWN)
            other = pathlib.Path(self.folder.name) / "set.html"
            options = [word for item in now.items() for word in ("--set", "=".join(item))]
            made = subprocess.run([MOCO, "export", "--quiet", str(file), "-o", str(other), *options],
                                  capture_output=True, text=True, cwd=self.folder.name)
            self.assertEqual(made.returncode, 0, made.stderr)
            self.open(other)
            self.assertEqual(self.page.run(self.SHOWN), shown, settings)
            self.open(path)
            for name, value in now.items():
                self.move(name, value)
            self.assertEqual(self.page.run(self.SHOWN), shown, settings)
        self.assertEqual(first, shown)

    def test_a_page_without_scripts_shows_the_first_state(self):
        if self.page is None:
            self.skipTest("there is no Chromium here")
        path = self.export(HERE / "controls.moco", "html", 0)
        self.open(path)
        shown = self.page.run(self.SHOWN)
        text = path.read_text()
        # The page as it is written, with nothing swapped; a browser writes quotation marks in its own way.
        first = html.unescape(text.split("<script")[0])
        for words in (html.unescape(words).strip() for words in shown.values() if "<svg" not in words):
            self.assertIn(words, first)
        self.assertIn("need JavaScript", text)
        self.assertTrue(self.page.run("[...document.querySelectorAll('[data-control]')].every((e) => e.disabled === (e.type === 'text'))"))

    def test_controls_are_reached_by_the_keyboard(self):
        if self.page is None:
            self.skipTest("there is no Chromium here")
        path = self.export(HERE / "controls.moco", "html", 0)
        self.open(path)
        before = self.page.run(self.SHOWN)
        self.page.run("document.querySelector('input[type=range]').focus()")
        for kind in ["rawKeyDown", "keyUp"]:
            self.page.send("Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
        self.page.until(f"JSON.stringify({self.SHOWN}) !== {json.dumps(json.dumps(before, separators=(',', ':')))}")
        self.assertEqual(self.page.run("document.querySelector('output').value"), "3")

    def test_notebooks_are_taken_by_jupyter(self):
        def check(path):
            strict(path.read_text())
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                made = nbformat.read(path, as_version=nbformat.NO_CONVERT)
                nbformat.validate(made)
            self.assertEqual((made.nbformat, made.nbformat_minor), (4, 5))
            text, _ = nbconvert.HTMLExporter().from_notebook_node(made)
            self.assertIn("jp-OutputArea-output", text)
            for output in (output for cell in made.cells if cell.cell_type == "code" for output in cell.outputs):
                self.assertTrue("data" not in output or "text/plain" in output.data)
        self.each("ipynb", check)

    def test_markdown_has_its_pictures(self):
        def check(path):
            self.assertTrue(path.read_text().startswith("#") or "```moco" in path.read_text())
            for picture in path.parent.glob(f"{path.stem}_files/*.svg"):
                self.assertIn(f"{path.stem}_files/{picture.name}", path.read_text())
        self.each("md", check)


if __name__ == "__main__":
    unittest.main()

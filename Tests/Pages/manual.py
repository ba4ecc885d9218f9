"""The manual that `moco docs` writes: valid pages that load nothing but its own files, and a search that finds."""
import os
import pathlib
import subprocess
import unittest

import html5lib

import offline

HERE = pathlib.Path(__file__).resolve().parent
MOCO = os.environ.get("MOCO", str(HERE.parent.parent / ".build/release/moco"))


class Manual(offline.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = pathlib.Path(cls.folder.name) / "manual"
        subprocess.run([MOCO, "docs", "-o", str(cls.site)], check=True, capture_output=True)

    def test_pages_are_valid(self):
        pages = sorted(self.site.glob("*.html"))
        self.assertGreater(len(pages), 300)
        for page in pages:
            with self.subTest(page=page.name):
                html5lib.HTMLParser(strict=True).parse(page.read_text())

    def test_pages_load_their_own_files_and_can_be_read_by_everybody(self):
        if self.page is None:
            self.skipTest("there is no Chromium here")
        script = (HERE / "page.js").read_text()
        # One script, from beside the page, which loads what it needs: the requests below are all of them.
        expected = ["the page has scripts, and nothing to move", "the page has scripts or parts from elsewhere",
                    'script "": src loads search.js']
        own = {(self.site / name).as_uri() for name in ["style.css", "search.js"]}
        names = ["index", "functions-index", "errors-index", "values", "method", "command-line", "function-train", "type-Report",
                 "error-E0203"]
        for name in names:
            address = (self.site / f"{name}.html").as_uri()
            for scheme in ["light", "dark"]:
                with self.subTest(page=name, scheme=scheme):
                    self.visit(address, scheme)
                    wrong = [line for line in self.page.run(script) if line not in expected]
                    self.assertEqual(wrong, [])
                    self.assertLessEqual(self.loaded() - {address}, own)
                    self.assertEqual(self.said(), [])

    def ask(self, question):
        self.page.run(f"""(() => {{ const field = document.getElementById("search"); field.value = {question!r};
            field.dispatchEvent(new Event("input")); }})()""")
        return self.page.run("[...document.querySelectorAll('#results a')].map(link => link.textContent)")

    def test_the_search_finds(self):
        if self.page is None:
            self.skipTest("there is no Chromium here")
        self.visit((self.site / "index.html").as_uri())
        self.assertEqual(self.ask("argsort")[0], "argsort")
        self.assertEqual(self.ask("TRAIN")[0], "train")
        self.assertIn("Report", self.ask("calibration"))
        self.assertEqual(self.ask("E0403")[0][:5], "E0403")
        self.assertIn("E0403: Division by zero", self.ask("division zero"))
        self.assertEqual(self.ask("xyzzy"), [])
        self.assertEqual(self.page.run("document.getElementById('results').textContent"), "No results.")
        self.ask("argsort")
        self.page.run("document.getElementById('search').form.requestSubmit()")
        self.page.until("location.href.endsWith('/function-argsort.html')")
        self.ask("")
        self.assertTrue(self.page.run("document.getElementById('results').hidden"))


if __name__ == "__main__":
    unittest.main()

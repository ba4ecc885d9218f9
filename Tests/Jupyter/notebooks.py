"""nbclient runs cells, with errors, a time limit and the death of the kernel; nbconvert and nbformat take what comes of it."""
import pathlib
import re
import sys
import tempfile
import textwrap
import unittest

import nbclient
import nbconvert
import nbformat

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def notebook(*cells):
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "moco", "display_name": "moco", "language": "moco"}})
    return made


def run(made, folder=None, **options):
    options.setdefault("timeout", 300)
    nbclient.NotebookClient(made, resources={"metadata": {"path": folder or str(ROOT)}}, **options).execute()
    nbformat.validate(made)
    return made


def code(source):
    """The cells of a program, without those of prose."""
    parts = re.split(r"^// %%(.*)$", source, flags=re.M)
    heads = ["", *parts[1::2]]
    return [part.strip("\n") for head, part in zip(heads, parts[::2]) if part.strip() and "[" not in head]


def text(cell):
    return "".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


class Notebooks(unittest.TestCase):
    def test_examples_and_lessons_run(self):
        files = [ROOT / "stdlib/examples/quickstart.moco", *sorted((ROOT / "stdlib/lessons").glob("*.moco"))]
        for file in files:
            with self.subTest(file=file.name), tempfile.TemporaryDirectory() as folder:
                made = run(notebook(*code(file.read_text())), folder)
                self.assertTrue(any(text(cell) for cell in made.cells))
                counts = [cell.execution_count for cell in made.cells]
                self.assertEqual(counts, list(range(1, len(made.cells) + 1)))

    def test_outputs_are_what_notebooks_hold(self):
        made = run(notebook('print("é𝐚")', "[1, 2]", "plot.line([1, 2, 4])", "show(3); 4"))
        self.assertEqual(text(made.cells[0]), "é𝐚\n")
        self.assertEqual(made.cells[1].outputs[0].output_type, "execute_result")
        self.assertIn("image/svg+xml", made.cells[2].outputs[0].data)
        self.assertEqual([o.output_type for o in made.cells[3].outputs], ["display_data", "execute_result"])
        self.assertEqual(made.metadata.language_info.name, "moco")

    def test_a_training_leaves_one_output(self):
        swift = (ROOT / "Tests/MocoKernelTests/Support/Lesson.swift").read_text()
        setup = re.search(r'static let setup = """\n(.*?)\n    """', swift, re.S).group(1)
        setup = textwrap.dedent(setup)
        made = run(notebook(setup, "train(mix, on: data.train, for: 200 epochs, batch: 10);", "mix"))
        displays = [o for o in made.cells[1].outputs if o.output_type == "display_data"]
        self.assertEqual(len(displays), 1)
        self.assertIn("800/800", displays[0].data["text/plain"])

    def test_errors_can_be_allowed(self):
        with self.assertRaises(nbclient.exceptions.CellExecutionError):
            run(notebook("[1][5]", "1 + 1"))
        made = run(notebook("[1][5]", "1 + 1"), allow_errors=True)
        self.assertEqual(made.cells[0].outputs[0].output_type, "error")
        self.assertEqual(text(made.cells[1]), "2")

    def test_a_time_limit_interrupts(self):
        made = run(notebook("while true { }", "1 + 1"), timeout=2, interrupt_on_timeout=True, allow_errors=True)
        self.assertEqual(made.cells[0].outputs[0].ename, "E0406")
        self.assertEqual(text(made.cells[1]), "2")

    def test_a_dead_kernel_is_seen(self):
        with self.assertRaises(nbclient.exceptions.DeadKernelError):
            run(notebook("!kill -9 $PPID", "1 + 1"))

    def test_what_is_run_is_converted(self):
        made = run(notebook("// A comment\nlet a = [1, 2]\na", "plot.line([1, 2, 4])"))
        html, _ = nbconvert.HTMLExporter().from_notebook_node(made)
        self.assertIn("[1, 2]", html)
        markdown, _ = nbconvert.MarkdownExporter().from_notebook_node(made)
        self.assertIn("[1, 2]", markdown)
        script, resources = nbconvert.ScriptExporter().from_notebook_node(made)
        self.assertIn("let a = [1, 2]", script)
        self.assertEqual(resources["output_extension"], ".moco")


if __name__ == "__main__":
    unittest.main(argv=sys.argv)

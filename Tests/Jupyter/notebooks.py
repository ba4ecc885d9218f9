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
import pygments.lexers
import pygments.token

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
        self.assertIn("image/png", made.cells[2].outputs[0].data)
        self.assertEqual([o.output_type for o in made.cells[3].outputs], ["display_data", "execute_result"])
        self.assertEqual(made.metadata.language_info.name, "moco")

    def test_a_training_leaves_one_output(self):
        swift = (ROOT / "Tests/MocoKernelTests/Support/Lesson.swift").read_text()
        setup = re.search(r'static let setup = """\n(.*?)\n    """', swift, re.S).group(1)
        setup = textwrap.dedent(setup)
        made = run(notebook(setup, "train(mix, on: data.train, for: 200 epochs, batch: 10);", "mix"))
        displays = [o for o in made.cells[1].outputs if o.output_type == "display_data"]
        self.assertEqual(len(displays), 1)
        self.assertIn("200 epochs, 800 steps", displays[0].data["text/plain"])
        self.assertIn("image/png", displays[0].data)

    def test_cells_are_colored_by_the_lexer_of_moco(self):
        made = run(notebook("for x in 1...3 { print(\"\\(x)\") }"))
        self.assertEqual(made.metadata.language_info.pygments_lexer, "moco")
        page, _ = nbconvert.HTMLExporter().from_notebook_node(made)
        self.assertIn('<span class="k">for</span>', page)
        lexer = pygments.lexers.get_lexer_by_name("moco")
        for file in [*(ROOT / "stdlib").rglob("*.moco"), ROOT / "Tests/Pages/outputs.moco"]:
            source = file.read_text()
            tokens = list(lexer.get_tokens_unprocessed(source))
            self.assertEqual("".join(value for _, _, value in tokens), source, file)
            self.assertFalse([t for t in tokens if t[1] is pygments.token.Error], file)
        kinds = [(str(kind)[6:], value) for _, kind, value in lexer.get_tokens_unprocessed(
            'let a = f(lr: 50 epochs, "x \\(y + 1:.2f) \\n") // note\nif not true { return nil }')]
        for wanted in [
                ("Keyword.Declaration", "let"), ("Name.Function", "f"), ("Name.Label", "lr"), ("Literal.Number", "50"),
                ("Keyword.Type", "epochs"), ("Literal.String.Interpol", "\\("), ("Name", "y"),
                ("Literal.String.Interpol", ":.2f"), ("Literal.String.Escape", "\\n"), ("Comment.Single", "// note"),
                ("Keyword", "if"), ("Operator.Word", "not"), ("Keyword.Constant", "true"), ("Keyword.Constant", "nil")]:
            self.assertIn(wanted, kinds)

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

"""JupyterLab in headless Chromium: opens a notebook, runs all, completes, inspects, interrupts a training, restarts."""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import textwrap

import nbformat

import browser

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PANEL = "window.jupyterapp.shell.currentWidget"


def lesson():
    swift = (ROOT / "Tests/MocoKernelTests/Support/Lesson.swift").read_text()
    return textwrap.dedent(re.search(r'static let setup = """\n(.*?)\n    """', swift, re.S).group(1))


def check(found, expected, what):
    if expected not in str(found):
        sys.exit(f"{what}: {expected!r} is not in {found!r}")
    print(f"ok: {what}", flush=True)


class Lab:
    def __init__(self, folder, cells):
        made = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "moco", "display_name": "moco", "language": "moco"}})
        os.mkdir(f"{folder}/notebooks")
        nbformat.write(made, f"{folder}/notebooks/a.ipynb")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # Nobody is to be asked whether news are wanted.
        quiet = pathlib.Path(folder) / "settings/@jupyterlab/apputils-extension"
        quiet.mkdir(parents=True)
        (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
        self.log = open(f"{folder}/lab.log", "w")
        variables = dict(os.environ, JUPYTER_CONFIG_DIR=f"{folder}/config", JUPYTER_DATA_DIR=f"{folder}/data",
                         JUPYTERLAB_SETTINGS_DIR=f"{folder}/settings", JUPYTERLAB_WORKSPACES_DIR=f"{folder}/spaces")
        self.server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port", str(port),
             "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}/notebooks",
             "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
            stdout=self.log, stderr=self.log, env=variables)

        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        browser.Page.wait(listens, "the server")
        self.page = browser.Page(f"http://127.0.0.1:{port}/lab/tree/a.ipynb?reset", folder)

    def command(self, name, arguments=None):
        # Commands that end with a dialog or a long cell are not waited for.
        self.page.run(f"void window.jupyterapp.commands.execute({json.dumps(name)}, {json.dumps(arguments or {})})")

    def outputs(self, cell):
        return self.page.run(f"JSON.stringify({PANEL}.content.widgets[{cell}].model.toJSON().outputs)")

    def source(self, cell, text):
        """Puts a text into a cell, which becomes the active one, with the cursor at its end."""
        self.page.run(f"""(() => {{
          const notebook = {PANEL}.content; notebook.activeCellIndex = {cell}; notebook.mode = 'edit';
          const cell = notebook.activeCell; cell.model.sharedModel.setSource({json.dumps(text)});
          const end = cell.editor.getPositionAt({json.dumps(text)}.length);
          cell.editor.focus(); cell.editor.setCursorPosition(end); }})()""")

    def opened(self, cells):
        """Waits until the notebook with so many cells is open and its kernel is idle."""
        self.page.until(
            f"!!window.jupyterapp && !!{PANEL} && !!{PANEL}.sessionContext && {PANEL}.content.widgets.length === {cells}",
            "the notebook")
        self.page.until(f"!!{PANEL}.sessionContext.session && !!{PANEL}.sessionContext.session.kernel", "the kernel")
        self.idle()

    def idle(self):
        self.page.until(f"{PANEL}.sessionContext.session.kernel.status === 'idle'", "an idle kernel")

    def close(self):
        self.page.close()
        self.server.terminate()
        self.server.wait()


def main():
    if browser.program() is None:
        sys.exit("there is no Chromium here")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        cells = ['print("hello from a cell")', "let squares = [n * n for n in 1...4]\nsquares", "plot.line(squares)",
                 lesson(), "// the last"]
        lab = Lab(folder, cells)
        try:
            page = lab.page
            lab.opened(len(cells))
            check(page.run(f"{PANEL}.sessionContext.session.kernel.name"), "moco", "the notebook is open with its kernel")

            lab.command("notebook:run-all-cells")
            page.until(f"{PANEL}.content.widgets[3].model.executionCount === 4", "the end of all cells")
            lab.idle()
            check(lab.outputs(0), "hello from a cell", "all cells have run")
            check(lab.outputs(1), "[1, 4, 9, 16]", "a value is shown")
            page.until("document.querySelectorAll('.jp-RenderedSVG').length > 0", "a drawing")
            page.until("document.querySelectorAll('.jp-Cell .cm-content span[class]').length > 0", "colored code")
            if len(sys.argv) > 1:
                page.picture(sys.argv[1])

            lab.source(4, "squa")
            lab.command("completer:invoke-notebook")
            page.until(f"{PANEL}.content.activeCell.model.sharedModel.getSource() === 'squares'"
                       " || Array.from(document.querySelectorAll('.jp-Completer')).some(e => e.innerText.includes('squares'))",
                       "the completion")
            print("ok: a name is completed", flush=True)
            lab.source(4, "len(")
            lab.command("tooltip:launch-notebook")
            page.until("Array.from(document.querySelectorAll('.jp-Tooltip')).some(e => e.innerText.includes('len'))", "the help")
            print("ok: help is shown", flush=True)

            lab.source(4, "let run = train(mix, on: data.train, for: 1000000 epochs, batch: 10)")
            lab.command("notebook:run-cell")
            page.until(f"JSON.stringify({PANEL}.content.widgets[4].model.toJSON().outputs).includes('steps/s')", "progress")
            lab.command("notebook:interrupt-kernel")
            page.until(f"JSON.stringify({PANEL}.content.widgets[4].model.toJSON().outputs).includes('interrupted')",
                       "the end of the training")
            lab.idle()
            check(lab.outputs(4), "training was interrupted after step", "a training is interrupted")
            lab.source(4, "run.steps > 0")
            lab.command("notebook:run-cell")
            page.until(f"JSON.stringify({PANEL}.content.widgets[4].model.toJSON().outputs).includes('true')", "what is kept")
            print("ok: the interrupted training is kept", flush=True)

            page.run(f"{PANEL}.sessionContext.session.kernel.restart()")
            lab.idle()
            lab.source(4, "squares")
            lab.command("notebook:run-cell")
            page.until(f"JSON.stringify({PANEL}.content.widgets[4].model.toJSON().outputs).includes('error')", "the new kernel")
            page.until(f"{PANEL}.content.widgets[4].model.executionCount === 1", "the first number")
            check(lab.outputs(4), "unknown name 'squares'", "a restarted kernel begins again")
        except BaseException:
            print(pathlib.Path(f"{folder}/lab.log").read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            lab.close()


if __name__ == "__main__":
    main()

"""Writes a picture of JupyterLab with the kernel: picture.py FILE.png"""
import sys
import tempfile

import lab

CELLS = [
    """let small = load_clip("small")
let data = dataset("fashion").styled(seed: 1)
show data.train.sample(6, seed: 1)""",
    """templates ways {
  group "clean"     { "a clean photo of a {}."     "a sharp photo of a {}." }
  group "pixelated" { "a pixelated photo of a {}." "a low resolution photo of a {}." }
  group "dark"      { "a dark photo of a {}."      "a dim photo of a {}." }
}
let mix = mixture(small, ways, classes: data.classes, seed: 1)
let few = data.few_shot(8, seed: 1)
train mix on few.train for 20 epochs { batch: 16 };""",
    "route(mix, data.test[3].image)",
]

with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
    page = lab.Lab(folder, CELLS)
    try:
        page.opened(len(CELLS))
        page.command("application:toggle-left-area")
        page.command("notebook:run-all-cells")
        page.page.until(f"{lab.PANEL}.content.widgets[2].model.executionCount === 3", "the end of all cells")
        page.idle()
        page.page.send("Emulation.setDeviceMetricsOverride", width=1000, height=1150, deviceScaleFactor=1, mobile=False)
        page.page.run(f"{lab.PANEL}.content.activeCellIndex = 0")
        page.page.until("document.querySelectorAll('.jp-RenderedHTMLCommon table').length > 0", "the table")
        # Drawing has no event to wait for.
        page.page.run("new Promise(done => setTimeout(done, 1500))")
        page.page.picture(sys.argv[1])
    finally:
        page.close()

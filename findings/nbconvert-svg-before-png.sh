#!/usr/bin/env bash
# nbconvert 7.16.6 needs Inkscape for a figure that has both an SVG and a PNG.
#
# An output of a notebook is a bundle: the same figure as image/svg+xml and as image/png, for clients that support one of them.
# The conversion to LaTeX, and so to PDF, first converts every SVG to PDF with Inkscape. Without Inkscape it is an error,
# although the PNG of the same bundle could be used. If the SVG is removed from the notebook, the PNG is used.
#
# Exit status 0: as described. 1: something has changed. Needs python3, pip and the network; leaves nothing behind.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check nbconvert==7.16.6 nbformat==5.10.4
cat > "$folder/try.py" <<'PY'
import base64, struct, sys, zlib
import nbconvert, nbformat
from nbconvert.exporters import LatexExporter

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

png = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
       + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b""))
svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><rect width="1" height="1" fill="red"/></svg>'

def notebook(kinds):
    data = {"text/plain": "a figure"}
    if "svg" in kinds: data["image/svg+xml"] = svg
    if "png" in kinds: data["image/png"] = base64.b64encode(png).decode()
    output = nbformat.v4.new_output("display_data", data=data)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("figure", outputs=[output])])

def converted(kinds):
    made = notebook(kinds)
    nbformat.validate(made)
    try:
        text, _ = LatexExporter().from_notebook_node(made)
        return "a picture" if "includegraphics" in text else "no picture"
    except FileNotFoundError as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"

print("nbconvert", nbconvert.__version__)
both, alone = converted(["svg", "png"]), converted(["png"])
print("SVG and PNG:", both)
print("only PNG:   ", alone)
sys.exit(0 if both.startswith("FileNotFoundError") and alone == "a picture" else 1)
PY
# An empty PATH: no Inkscape, even if it is installed.
env PATH="$folder/venv/bin" "$folder/venv/bin/python" "$folder/try.py"
echo "as described"

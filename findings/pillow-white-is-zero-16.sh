#!/usr/bin/env bash
# Pillow 13 inverts a "white is zero" TIFF of 1, 2, 4 and 8 bits, but not of 16 bits.
#
# The same image, saved with photometric interpretation 0 (0 is white), opens correctly with up to 8 bits and as a
# negative with 16 bits. Big-endian 16-bit files of this kind cannot be opened ("cannot identify image file").
# libtiff's own reader inverts all of them.
#
# Exit status 0: as described. 1: something has changed. Needs python3, pip and the network; leaves nothing behind.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pillow==13.0.0 numpy tifffile
cat > "$folder/try.py" <<'PY'
import sys, numpy as np, PIL, tifffile
from PIL import Image, UnidentifiedImageError
print("Pillow", PIL.__version__)
found = {}
for bits, kind in ((8, np.uint8), (16, np.uint16)):
    for order in "<>":
        path = f"{sys.argv[1]}/{bits}.tif"
        # The left half is written as 0: white.
        stored = np.zeros((4, 8), kind)
        stored[:, 4:] = np.iinfo(kind).max
        tifffile.imwrite(path, stored, byteorder=order, photometric="miniswhite", metadata=None)
        try:
            image = Image.open(path)
            row = np.asarray(image)[0]
            found[bits, order] = "white left" if row[0] > row[-1] else "black left"
            print(bits, "bits", order, image.mode, row.tolist(), found[bits, order])
        except UnidentifiedImageError as error:
            found[bits, order] = "not opened"
            print(bits, "bits", order, "not opened")
wanted = {(8, "<"): "white left", (8, ">"): "white left", (16, "<"): "black left", (16, ">"): "not opened"}
sys.exit(0 if found == wanted else 1)
PY
"$folder/venv/bin/python" "$folder/try.py" "$folder"
echo "as described"

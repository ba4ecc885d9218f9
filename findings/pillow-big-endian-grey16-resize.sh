#!/usr/bin/env bash
# Pillow 13 makes noise of a big-endian 16-bit grey TIFF when it resizes it with a wide filter.
#
# Such a file opens with mode "I;16B", with the right values. resize() with any filter but NEAREST gives other values than
# of the same image written little-endian (mode "I;16"), which is resized rightly: near ones with BOX, noise with BICUBIC. No error,
# no warning. A transform that resizes before it converts, as CLIP's does, shows the model noise.
#
# Exit status 0: as described. 1: something has changed. Needs python3, pip and the network; leaves nothing behind.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pillow==13.0.0 numpy tifffile
cat > "$folder/try.py" <<'PY'
import sys, numpy as np, PIL, tifffile
from PIL import Image
ramp = np.tile((np.arange(64) * 1000).astype(np.uint16), (64, 1))
images = []
for name, order in (("little", "<"), ("big", ">")):
    path = f"{sys.argv[1]}/{name}.tif"
    tifffile.imwrite(path, ramp, byteorder=order, photometric="minisblack", metadata=None)
    images.append(Image.open(path))
little, big = images
print("Pillow", PIL.__version__, "modes", little.mode, big.mode)
print("as opened, both right:", bool((np.asarray(little) == ramp).all() and (np.asarray(big) == ramp).all()))
wrong = 0
for name in ("NEAREST", "BOX", "BILINEAR", "BICUBIC", "LANCZOS"):
    a, b = (np.asarray(i.resize((8, 8), getattr(Image.Resampling, name))) for i in (little, big))
    print(f"{name:8} little {a[0, :5].tolist()}  big {b[0, :5].tolist()}")
    wrong += int((a != b).any()) if name != "NEAREST" else 10 * int((a != b).any())
sys.exit(0 if wrong == 4 else 1)
PY
"$folder/venv/bin/python" "$folder/try.py" "$folder"
echo "as described"

#!/usr/bin/env bash
# Pillow 13 returns noise when it resizes a big-endian 16-bit grey TIFF with a wide filter.
#
# Such a file opens with mode "I;16B" and correct values. The same image in little-endian order (mode "I;16") is resized
# correctly. For the big-endian file, resize() with any filter except NEAREST gives other values: similar ones with BOX, noise
# with BICUBIC. There is no error or warning. A transform that resizes before it converts, like CLIP's, gives the model noise.
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
print("as opened, both correct:", bool((np.asarray(little) == ramp).all() and (np.asarray(big) == ramp).all()))
wrong = 0
for name in ("NEAREST", "BOX", "BILINEAR", "BICUBIC", "LANCZOS"):
    a, b = (np.asarray(i.resize((8, 8), getattr(Image.Resampling, name))) for i in (little, big))
    print(f"{name:8} little {a[0, :5].tolist()}  big {b[0, :5].tolist()}")
    wrong += int((a != b).any()) if name != "NEAREST" else 10 * int((a != b).any())
sys.exit(0 if wrong == 4 else 1)
PY
"$folder/venv/bin/python" "$folder/try.py" "$folder"
echo "as described"

#!/usr/bin/env bash
# Pillow 13 reads only the left half of an uncompressed 16-bit RGB TIFF with separate planes, stretched to the full width.
#
# With separate planes (planar configuration 2), 16 bits per sample and no compression, every pixel is duplicated and the
# right half of the image is lost, without an error or warning. The same image with deflate is read correctly, and so is
# an 8-bit image. Scanners and scientific cameras write such files.
#
# Exit status 0: as described. 1: something has changed. Needs python3, pip and the network; leaves nothing behind.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pillow==13.0.0 numpy tifffile imagecodecs
cat > "$folder/try.py" <<'PY'
import sys, numpy as np, PIL, tifffile
from PIL import Image
print("Pillow", PIL.__version__)
level = np.arange(16, dtype=np.uint8) * 16
picture = np.stack([np.tile(level, (4, 1))] * 3)  # planes, rows, columns
seen = {}
for bits, compression in ((8, None), (16, "zlib"), (16, None)):
    path = f"{sys.argv[1]}/{bits}.tif"
    stored = picture if bits == 8 else picture.astype(np.uint16) * 257
    tifffile.imwrite(path, stored, photometric="rgb", planarconfig="separate", compression=compression, metadata=None)
    row = np.asarray(Image.open(path))[0, :, 0]
    seen[bits, compression] = row.tolist()
    print(bits, "bits,", compression or "uncompressed:", row.tolist())
right = level.tolist()
doubled = np.repeat(level[:8], 2).tolist()
as_described = seen == {(8, None): right, (16, "zlib"): right, (16, None): doubled}
sys.exit(0 if as_described else 1)
PY
"$folder/venv/bin/python" "$folder/try.py" "$folder"
echo "as described"

#!/usr/bin/env bash
# transformers 5.24 saves an AltCLIP model with names that transformers 4.57 does not read.
#
# AltCLIPModel.save_pretrained renames the layers of the text tower back to the published `encoder.layer.N`, and
# does the same to the image tower, whose published names are `encoder.layers.N`. transformers 5 reads both.
# transformers 4.57 loads the folder, prints a warning and initialises the layers of the image tower with random
# weights: image features are noise, text features are correct.
#
# Exit status 0: as described. 1: something has changed. Needs python3, pip and the network; leaves nothing behind.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip() { "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
pip torch==2.13.0 numpy transformers==5.24.0 safetensors
cat > "$folder/save.py" <<'PY'
import sys, torch, transformers
from safetensors import safe_open
from transformers import AltCLIPConfig, AltCLIPModel
size = dict(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=1)
config = AltCLIPConfig(text_config=dict(size, vocab_size=60, project_dim=8, max_position_embeddings=20),
                       vision_config=dict(size, image_size=16, patch_size=8), projection_dim=8)
torch.manual_seed(0)
model = AltCLIPModel(config).eval()
model.save_pretrained(sys.argv[1])
torch.save(model.state_dict()["vision_model.encoder.layers.0.mlp.fc1.weight"], sys.argv[1] + "/fc1.pt")
with safe_open(sys.argv[1] + "/model.safetensors", "pt") as file:
    names = sorted(n for n in file.keys() if n.startswith("vision_model.encoder"))
print("transformers", transformers.__version__, "wrote", names[0], "…")
sys.exit(0 if all(n.startswith("vision_model.encoder.layer.0.") for n in names) else 1)
PY
cat > "$folder/load.py" <<'PY'
import sys, torch, transformers
from transformers import AltCLIPModel
model, info = AltCLIPModel.from_pretrained(sys.argv[1], output_loading_info=True)
missing = sorted(n for n in info["missing_keys"] if n.startswith("vision_model.encoder"))
same = torch.equal(model.state_dict()["vision_model.encoder.layers.0.mlp.fc1.weight"], torch.load(sys.argv[1] + "/fc1.pt"))
print("transformers", transformers.__version__, "misses", len(missing), "tensors of the image tower;",
      "the weights are" if same else "the weights are not", "those that were saved")
sys.exit(0 if same == (sys.argv[2] == "same") else 1)
PY
run() { HF_HUB_OFFLINE=1 "$folder/venv/bin/python" "$@" 2> "$folder/err" || { tail -3 "$folder/err"; exit 1; }; }
run "$folder/save.py" "$folder/model"
run "$folder/load.py" "$folder/model" same
pip transformers==4.57.1
run "$folder/load.py" "$folder/model" other

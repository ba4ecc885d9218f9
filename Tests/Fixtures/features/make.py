"""Files of features as NumPy and PyTorch write them: python make.py, with numpy, torch and safetensors installed.

The features of image i are i + 1, (i + 1) / 2, -i, 0.25; labels go 0, 1, 2 in turn.
"""
import json
import os

import numpy
import torch
from safetensors.torch import save_file

x = numpy.array([[i + 1, (i + 1) / 2, -i, 0.25] for i in range(6)], dtype=numpy.float32)
y = numpy.array([0, 1, 2, 0, 1, 2])
names = ["cat", "dog", "red_fox"]

# As CoOp's lpclip writes them: lists of numbers, which become float64, a file for each split.
os.makedirs("lpclip", exist_ok=True)
for split, rows in [("train", slice(0, 3)), ("val", slice(3, 4)), ("test", slice(3, 6))]:
    numpy.savez(f"lpclip/{split}.npz", feature_list=x[rows].tolist(), label_list=y[rows].tolist())
numpy.savez_compressed("half.npz", features=x.astype(numpy.float16), labels=y.astype(numpy.uint8), classes=names)
numpy.savez("splits.npz", train_features=x[:3], train_labels=y[:3], test_features=x[3:], test_labels=y[3:, None])
numpy.save("x.npy", numpy.asfortranarray(x))
numpy.save("y.npy", y.astype(numpy.int32))
torch.save({"features": torch.tensor(x).bfloat16(), "labels": torch.tensor(y), "classes": names}, "dict.pt")
torch.save({"train": {"features": torch.tensor(x[:3]), "labels": torch.tensor(y[:3])},
            "test": {"features": torch.tensor(x[3:]), "labels": torch.tensor(y[3:])}}, "nested.pth")
torch.save((torch.tensor(x), torch.tensor(y)), "tuple.pt")
torch.save(torch.tensor(x), "only.pt")
unit = torch.nn.functional.normalize(torch.tensor(x), dim=1)
save_file({"image_features": unit.half(), "labels": torch.tensor(y)}, "unit.safetensors",
          metadata={"classes": json.dumps(names)})

# What is refused.
bad = x.copy()
bad[4, 1] = numpy.nan
numpy.savez("nan.npz", features=bad, labels=y)
numpy.savez("count.npz", features=x, labels=y[:5])
numpy.savez("onehot.npz", features=x, labels=numpy.eye(3)[y])
numpy.savez("negative.npz", features=x, labels=y - 1)
numpy.savez("cube.npz", features=x[:, None, :], labels=y)
numpy.savez("two.npz", features=x, image_features=x, labels=y)
numpy.savez("widths.npz", train_features=x[:3], train_labels=y[:3], test_features=x[3:, :3], test_labels=y[3:])
numpy.savez("large.npz", features=x.astype(numpy.float64) * 1e39, labels=y)
torch.save({"features": torch.tensor(x), "labels": y.tolist()}, "list.pt")
torch.save({"features": torch.tensor(x), "labels": torch.tensor(y), "classes": names[:2]}, "few.pt")

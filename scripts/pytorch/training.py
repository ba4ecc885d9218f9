"""A complete training on image features, the same as scripts/pytorch/training.moco. Prints the loss of the last epoch."""
import math
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import torch
from files import read_safetensors
from torch.nn import functional


def taskres(features, labels, texts):
    residual = torch.zeros_like(texts, requires_grad=True)
    optimizer = torch.optim.Adam([residual], lr=2e-3, weight_decay=5e-4)
    epochs = 200
    for epoch in range(epochs):
        rate = 1e-5 if epoch < 1 else 1e-3 * (1 + math.cos(math.pi * (epoch - 1) / epochs))
        optimizer.param_groups[0]["lr"] = rate
        losses = []
        for start in range(0, len(features) - 255, 256):
            f, y = features[start:start + 256], labels[start:start + 256]
            logits = 100 * f @ functional.normalize(texts + 0.5 * residual, dim=-1).T
            loss = functional.cross_entropy(logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return sum(losses) / len(losses)


def tip_adapter_f(features, labels, texts):
    keys = features.clone().requires_grad_()
    values = functional.one_hot(labels, len(texts)).float()
    optimizer = torch.optim.AdamW([keys], lr=1e-3, eps=1e-4, weight_decay=0.01)
    epochs, per_epoch = 20, len(features) // 256
    step = 0
    for _ in range(epochs):
        losses = []
        for start in range(0, len(features) - 255, 256):
            optimizer.param_groups[0]["lr"] = 5e-4 * (1 + math.cos(math.pi * step / (epochs * per_epoch)))
            f, y = features[start:start + 256], labels[start:start + 256]
            logits = 100 * f @ texts.T + 1.17 * torch.exp(-(1 - f @ keys.T)) @ values
            loss = functional.cross_entropy(logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            step += 1
    return sum(losses) / len(losses)


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("MOCO_THREADS", os.cpu_count())))
    tensors, _ = read_safetensors(pathlib.Path(sys.argv[2]))
    tensors = {name: torch.from_numpy(value) for name, value in tensors.items()}
    methods = {"taskres": taskres, "tip-adapter-f": tip_adapter_f}
    print(methods[sys.argv[1]](functional.normalize(tensors["features"], dim=-1), tensors["labels"], tensors["texts"]))

"""Steps of other methods, without optimizations. B images, C classes, P prompts of T positions, W and V the towers' widths,
D embedding, n prompts, J layers with prompts."""
import torch
from steps import take_steps
from torch.nn import functional
from towers import encode_images, encode_texts


class MethodStep:
    """The common parts of the steps: weights, the batch, and SGD with momentum."""

    def __init__(self, tensors, about):
        self.about, self.data = about, tensors
        self.clip = {name[5:]: value for name, value in tensors.items() if name.startswith("clip.")}
        self.own = {
            name[5:]: value.clone().requires_grad_() for name, value in tensors.items() if name.startswith("init.")}
        self.scale = self.clip["logit_scale"].exp()

    def number(self, name):
        return int(self.about[name])

    def rows(self, width=None):
        """Rows of the token table for every prompt, padded to the context length or cut to the longest prompt."""
        ids = self.data["prompts.ids"]
        return self.clip["token_embedding.weight"][ids if width is None else ids[:, :width]]

    def texts(self, rows, end, deep=()):
        return encode_texts(self.clip, rows, end, self.number("heads"), self.number("layers"), deep)

    def images(self, prompts=None, deep=()):
        return encode_images(
            self.clip, self.data["pixels"], self.number("vision_heads"), self.number("vision_layers"), prompts, deep,
            self.number("first"))

    def take(self, steps):
        return take_steps(self.loss, self.own.values(), float(self.about["rate"]), steps)


def with_soft(rows, soft):
    """rows [P, T, W] with soft tokens [n, W] or [P, n, W] in positions 1 … n."""
    soft = soft.expand(len(rows), *soft.shape[-2:])
    return torch.cat([rows[:, :1], soft, rows[:, 1 + soft.shape[1]:]], dim=1)


class CoOp(MethodStep):
    """One prompt for all images."""

    def features(self):
        return self.texts(with_soft(self.rows(), self.own["ctx"]), self.data["prompts.end"])

    def loss(self):
        images = functional.normalize(self.data["features"], dim=-1)
        logits = self.scale * images @ functional.normalize(self.features(), dim=-1).T
        return functional.cross_entropy(logits, self.data["labels"])


class KgCoOp(CoOp):
    """The same, kept near a teacher's sentences."""

    def loss(self):
        images = functional.normalize(self.data["features"], dim=-1)
        texts = functional.normalize(self.features(), dim=-1)
        near = (texts * self.data["teacher"]).sum(-1).mean()
        return functional.cross_entropy(self.scale * images @ texts.T, self.data["labels"]) + 8 * (1 - near)


class CoCoOp(MethodStep):
    """Prompts shifted by each image: image by image, with prompts padded to the context length, as published."""

    cut = False

    def loss(self):
        own, end = self.own, self.data["prompts.end"]
        images = functional.normalize(self.data["features"], dim=-1)
        hidden = functional.relu(functional.linear(images, own["meta_net.linear1.weight"], own["meta_net.linear1.bias"]))
        shift = functional.linear(hidden, own["meta_net.linear2.weight"], own["meta_net.linear2.bias"])
        soft = own["ctx"] + shift[:, None]
        rows = self.rows(int(end.max()) + 1 if self.cut else None)
        logits = []
        if self.cut:
            count = len(rows)
            texts = self.texts(
                with_soft(rows.repeat(len(images), 1, 1), soft.repeat_interleave(count, dim=0)),
                end.repeat(len(images)))
            texts = functional.normalize(texts, dim=-1).view(len(images), count, -1)
            return functional.cross_entropy(
                self.scale * torch.einsum("bd,bcd->bc", images, texts), self.data["labels"])
        for image, own_soft in zip(images, soft):
            texts = functional.normalize(self.texts(with_soft(rows, own_soft), end), dim=-1)
            logits.append(self.scale * texts @ image)
        return functional.cross_entropy(torch.stack(logits), self.data["labels"])


class CoCoOpCut(CoCoOp):
    """The same with all images at once and prompts cut to the longest."""

    cut = True


class MaPLe(MethodStep):
    """Prompts in both towers; the image prompts are projections of the text prompts."""

    def loss(self):
        own, depth = self.own, self.number("depth")
        deep = [own[f"compound_prompts_text.{i}"] for i in range(depth - 1)]
        visual = [
            functional.linear(
                soft, own[f"compound_prompt_projections.{i}.weight"], own[f"compound_prompt_projections.{i}.bias"])
            for i, soft in enumerate(deep) if f"compound_prompt_projections.{i}.weight" in own]
        shared = functional.linear(own["ctx"], own["proj.weight"], own["proj.bias"])
        texts = self.texts(with_soft(self.rows(), own["ctx"]), self.data["prompts.end"], deep)
        images = functional.normalize(self.images(shared, visual), dim=-1)
        logits = self.scale * images @ functional.normalize(texts, dim=-1).T
        return functional.cross_entropy(logits, self.data["labels"])


class PromptSRC(MethodStep):
    """Independent prompts in both towers, kept near the features and predictions of the frozen model."""

    def loss(self):
        own, data, depth = self.own, self.data, self.number("depth")
        texts = self.texts(
            with_soft(self.rows(), own["ctx"]), data["prompts.end"], [own[f"text.{i}"] for i in range(1, depth)])
        with torch.no_grad():
            before = functional.normalize(self.images(), dim=-1)
        texts = functional.normalize(texts, dim=-1)
        images = functional.normalize(
            self.images(own["vision.0"], [own[f"vision.{i}"] for i in range(1, depth) if f"vision.{i}" in own]), dim=-1)
        logits = self.scale * images @ texts.T
        frozen = self.scale * before @ data["teacher"].T
        divergence = functional.kl_div(
            logits.log_softmax(-1), frozen.log_softmax(-1), reduction="sum", log_target=True) / logits.numel()
        return (
            functional.cross_entropy(logits, data["labels"]) + 25 * functional.l1_loss(texts, data["teacher"])
            + 10 * functional.l1_loss(images, before) + divergence)


STEPS = {
    "coop": CoOp, "kgcoop": KgCoOp, "cocoop": CoCoOp, "cocoop-cut": CoCoOpCut, "maple": MaPLe, "promptsrc": PromptSRC}

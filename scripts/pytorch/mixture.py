"""The mixture's training step, without optimizations: every expert with every class, every prompt padded to the context
length or cut to the longest prompt. B images, C classes, G experts, P prompts of T positions, D numbers per feature."""
import torch
from steps import take_steps
from torch.nn import functional
from towers import encode_images, encode_texts


class MixtureStep:
    def __init__(self, tensors, about, variant=""):
        """`variant` is "" for padded prompts, "cut" for prompts cut to the longest, "compiled" for the same compiled."""
        self.about = about
        if variant:
            longest = int(tensors["prompts.end"].max()) + 1
            for name in "prompts.ids", "prompts.soft":
                tensors[name] = tensors[name][:, :longest].contiguous()
        if variant == "compiled":
            self.loss = torch.compile(self.loss)
        self.clip = {name[5:]: value for name, value in tensors.items() if name.startswith("clip.")}
        self.start = {name[5:]: value for name, value in tensors.items() if name.startswith("init.")}
        self.data = tensors
        self.experts, self.classes, self.trained, self.class_prompts = (
            int(about[name]) for name in ("experts", "classes", "trained", "class_prompts"))
        self.trainable = {name: value.clone().requires_grad_() for name, value in self.start.items()}

    def encode(self, ids, soft, end):
        x = self.clip["token_embedding.weight"][ids]
        x = torch.where((soft >= 0)[..., None], self.trainable["soft"][soft.clamp(min=0)], x)
        x = encode_texts(self.clip, x, end, int(self.about["heads"]), int(self.about["layers"]))
        return functional.normalize(x + self.trainable["w"], dim=-1)

    def images(self):
        if "images" in self.data:
            return self.data["images"]
        weights = self.clip | {name: value for name, value in self.trainable.items() if name.startswith("visual.")}
        return encode_images(
            weights, self.data["pixels"], int(self.about["vision_heads"]), int(self.about["vision_layers"]))

    def loss(self):
        data = self.data
        features = self.encode(data["prompts.ids"], data["prompts.soft"], data["prompts.end"])
        images = functional.normalize(self.images(), dim=-1)
        labels, prototypes = data["labels"], data["prototypes"]

        scores = functional.linear(images, self.trainable["gate.weight"], self.trainable.get("gate.bias"))
        best, chosen = scores.topk(int(self.about["top_k"]), dim=-1)
        weights = torch.zeros_like(scores).scatter(1, chosen, best.softmax(-1))
        own = features[:self.class_prompts].view(self.experts, -1, features.shape[-1])[:, :self.trained]
        logits = torch.einsum("bg,bd,gcd->bc", weights, images, own) * self.clip["logit_scale"].exp()
        of_classes = functional.cross_entropy(logits, labels)

        rest = features[self.class_prompts:] if len(features) > self.class_prompts else features
        products = rest.view(self.experts, self.classes, -1) @ prototypes.transpose(1, 2)
        targets = torch.arange(self.classes).repeat(self.experts)
        of_text = functional.cross_entropy(products.reshape(-1, self.classes), targets)

        nearness = torch.einsum("bd,gbd->bg", images, prototypes[:, labels])
        raised = nearness.scatter_add(1, nearness.topk(2, dim=-1).indices, torch.full((len(labels), 2), 10.0))
        of_gate = functional.cross_entropy(scores, raised.softmax(-1))
        return of_classes + 5 * of_text + of_gate

    def take(self, steps):
        rate = 0.032
        groups = [
            {"params": [value for name, value in self.trainable.items() if not name.startswith("visual.")]},
            {"params": [value for name, value in self.trainable.items() if name.startswith("visual.")],
             "lr": rate * float(self.about["vision_rate_factor"])}]
        return take_steps(self.loss, [group for group in groups if group["params"]], rate, steps)

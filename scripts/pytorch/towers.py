"""CLIP's towers, without optimizations. B images, P prompts of T positions, W width, D embedding."""
import torch
from torch.nn import functional


def blocks(x, clip, prefix, heads, layers, causal, before=None):
    """The residual attention blocks of a tower. x: [N, T, W]. `before(layer, x)` may change the input of a block."""
    for layer in range(layers):
        def weight(name):
            return clip[f"{prefix}transformer.resblocks.{layer}.{name}"]

        if before is not None:
            x = before(layer, x)
        count, length, width = x.shape
        y = functional.layer_norm(x, (width,), weight("ln_1.weight"), weight("ln_1.bias"))
        y = functional.linear(y, weight("attn.in_proj_weight"), weight("attn.in_proj_bias"))
        q, k, v = y.view(count, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        y = y.transpose(1, 2).reshape(count, length, width)
        x = x + functional.linear(y, weight("attn.out_proj.weight"), weight("attn.out_proj.bias"))
        y = functional.layer_norm(x, (width,), weight("ln_2.weight"), weight("ln_2.bias"))
        y = functional.linear(y, weight("mlp.c_fc.weight"), weight("mlp.c_fc.bias"))
        y = y * torch.sigmoid(1.702 * y)
        x = x + functional.linear(y, weight("mlp.c_proj.weight"), weight("mlp.c_proj.bias"))
    return x


def encode_images(clip, pixels, heads, layers, prompts=None, deep=(), first=0):
    """Features of images [B, channels, H, W]; `prompts` [n, W] are added after the patches before block `first`, `deep[i]`
    replace them before block `first` + i + 1."""
    patches = clip["visual.conv1.weight"]
    width = patches.shape[0]
    x = functional.conv2d(pixels, patches, stride=patches.shape[-1]).flatten(2).transpose(1, 2)
    row = clip["visual.class_embedding"].expand(len(x), 1, width)
    x = torch.cat([row, x], dim=1) + clip["visual.positional_embedding"]
    if prompts is not None and first == 0:
        x = torch.cat([x, prompts.expand(len(x), *prompts.shape)], dim=1)
    x = functional.layer_norm(x, (width,), clip["visual.ln_pre.weight"], clip["visual.ln_pre.bias"])

    def before(layer, x):
        if prompts is not None and 0 < first == layer:
            return torch.cat([x, prompts.expand(len(x), *prompts.shape)], dim=1)
        if 0 < layer - first <= len(deep):
            own = deep[layer - first - 1]
            return torch.cat([x[:, :-len(own)], own.expand(len(x), *own.shape)], dim=1)
        return x

    x = blocks(x, clip, "visual.", heads, layers, causal=False, before=before)[:, 0]
    x = functional.layer_norm(x, (width,), clip["visual.ln_post.weight"], clip["visual.ln_post.bias"])
    return x @ clip["visual.proj"]


def encode_texts(clip, x, end, heads, layers, deep=()):
    """Features of prompts whose rows are x [P, T, W], positions not added yet; `deep[i]` [n, W] replace positions 1 … n
    before block i + 1."""
    width = x.shape[-1]
    x = x + clip["positional_embedding"][:x.shape[1]]

    def before(layer, x):
        if 0 < layer <= len(deep):
            own = deep[layer - 1]
            return torch.cat([x[:, :1], own.expand(len(x), *own.shape), x[:, 1 + len(own):]], dim=1)
        return x

    x = blocks(x, clip, "", heads, layers, causal=True, before=before)
    x = x[torch.arange(len(x)), end]
    x = functional.layer_norm(x, (width,), clip["ln_final.weight"], clip["ln_final.bias"])
    return x @ clip["text_projection"]

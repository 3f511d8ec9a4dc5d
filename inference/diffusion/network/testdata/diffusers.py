# Writes diffusers.json: what the diffusers library computes for small networks,
# and OpenAI's CLIP for small encoders of texts and images, under the names of
# transformers.
# Weights and inputs follow from their names by made(), as in golden_test.go, so
# that only configurations and outputs have to be stored.
import json
import math
import sys

import numpy as np
import torch
from clip.model import CLIP, QuickGELU, VisionTransformer
from diffusers.models.autoencoder_kl import AutoencoderKL
from diffusers.models.controlnet import ControlNetModel
from diffusers.models.unet_2d_condition import UNet2DConditionModel

STEP, SCALE = 981, 7.5


def made(name, shape, mean=0.0, deviation=1.0):
    """Numbers in float32 that follow from a name."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        x = np.uint64(h) + np.arange(math.prod(shape), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ x >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ x >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        x = x ^ x >> np.uint64(31)
    unit = (x >> np.uint64(11)).astype(np.float64) * 2.0**-53
    values = (mean + deviation * math.sqrt(3) * (2 * unit - 1)).astype(np.float32)
    return torch.from_numpy(values.reshape(shape)).double()


def weight(name, shape):
    if name.endswith(".bias"):
        return made(name, shape, 0, 0.1)
    if len(shape) == 1:
        return made(name, shape, 1, 0.1)
    return made(name, shape, 0, 1 / math.sqrt(math.prod(shape[1:])))


def filled(cls, config):
    model = cls(**config).double().eval()
    model.load_state_dict({k: weight(k, tuple(v.shape)) for k, v in model.state_dict().items()})
    return model


def unet(layers=1, **config):
    depth = config.pop("depth")
    kind = lambda way: [("CrossAttn" if d else "") + way + "Block2D" for d in depth]
    return dict(
        down_block_types=kind("Down"), up_block_types=kind("Up")[::-1], layers_per_block=layers, norm_num_groups=4,
        cross_attention_dim=12, transformer_layers_per_block=[d or max(depth) for d in depth], **config)


def control(config):
    config = {k: v for k, v in config.items() if k != "up_block_types"}
    return dict(config, conditioning_embedding_out_channels=[4, 6, 8])


first = unet(layers=2, depth=[1, 1, 0], block_out_channels=[16, 24, 32], attention_head_dim=4)
second = unet(depth=[1, 0], block_out_channels=[16, 24], attention_head_dim=[2, 6], use_linear_projection=True)
added = dict(addition_embed_type="text_time", addition_time_embed_dim=6, use_linear_projection=True)
large = unet(depth=[0, 2, 3], block_out_channels=[16, 24, 32], attention_head_dim=[2, 3, 4],
             projection_class_embeddings_input_dim=46, **added)
refiner = unet(depth=[0, 2, 2, 0], block_out_channels=[16, 24, 32, 32], attention_head_dim=[2, 3, 4, 4],
               projection_class_embeddings_input_dim=40, **added)
guided = unet(depth=[1, 0], block_out_channels=[16, 24], attention_head_dim=2, time_cond_proj_dim=8)
vae = dict(block_out_channels=[8, 16, 24], layers_per_block=2, norm_num_groups=4, sample_size=64,
           down_block_types=["DownEncoderBlock2D"] * 3, up_block_types=["UpDecoderBlock2D"] * 3)

CASES = {
    "stable diffusion 1": (UNet2DConditionModel, first, 8, 8),
    "an odd size": (UNet2DConditionModel, first, 7, 13),
    "stable diffusion 2": (UNet2DConditionModel, second, 8, 4),
    "stable diffusion xl": (UNet2DConditionModel, large, 8, 4),
    "refiner": (UNet2DConditionModel, refiner, 8, 8),
    "latent consistency": (UNet2DConditionModel, guided, 4, 4),
    "ControlNet 1": (ControlNetModel, control(first), 8, 8),
    "ControlNet xl": (ControlNetModel, control(large), 8, 4),
    "autoencoder": (AutoencoderKL, vae, 3, 5),
}


def guidance(width):
    angles = (SCALE - 1) * 1000 * torch.exp(torch.arange(width // 2).double() * -math.log(10000) / (width // 2 - 1))
    return torch.cat([torch.sin(angles), torch.cos(angles)])[None]


def run(cls, config, width, height):
    model = filled(cls, config)
    if cls is AutoencoderKL:
        yield "image", model.decode(made("latents", (1, 4, height, width))).sample
        yield "latents", model.encode(made("image", (1, 3, 4 * height, 4 * width))).latent_dist.parameters
        return

    conditions = {}
    if "addition_embed_type" in config:
        sizes = (config["projection_class_embeddings_input_dim"] - 10) // 6
        conditions = dict(text_embeds=made("pooled", (1, 10)), time_ids=torch.arange(1, sizes + 1).double()[None] * 100)
    args = [made("sample", (1, 4, height, width)), STEP, made("context", (1, 5, 12))]
    if cls is ControlNetModel:
        down, mid = model(*args, made("hint", (1, 3, 4 * height, 4 * width)), added_cond_kwargs=conditions, return_dict=False)
        yield from [(f"down.{i}", d) for i, d in enumerate(down)] + [("mid", mid)]
        return
    given = guidance(8) if "time_cond_proj_dim" in config else None
    yield "sample", model(*args, timestep_cond=given, added_cond_kwargs=conditions).sample


TOKENS = [57, 3, 20, 58, 1, 4, 4, 0, 0]
TEXTS = {"CLIP": "quick_gelu", "open CLIP": "gelu"}


def part(name, *shape):
    return {"weight": weight(name + ".weight", shape).float(), "bias": weight(name + ".bias", shape[:1]).float()}


def fill(module, name, *shape):
    module.load_state_dict(part(name, *shape))


def fill_layers(transformer, at, activation):
    for i, block in enumerate(transformer.resblocks):
        name = f"{at}encoder.layers.{i}."
        qkv = [part(f"{name}self_attn.{x}_proj", 24, 24) for x in "qkv"]
        block.attn.in_proj_weight.copy_(torch.cat([p["weight"] for p in qkv]))
        block.attn.in_proj_bias.copy_(torch.cat([p["bias"] for p in qkv]))
        fill(block.attn.out_proj, name + "self_attn.out_proj", 24, 24)
        fill(block.ln_1, name + "layer_norm1", 24)
        fill(block.ln_2, name + "layer_norm2", 24)
        fill(block.mlp.c_fc, name + "mlp.fc1", 96, 24)
        fill(block.mlp.c_proj, name + "mlp.fc2", 24, 96)
        block.mlp.gelu = QuickGELU() if activation == "quick_gelu" else torch.nn.GELU()


def vision():
    """What a safety checker compares with its concepts."""
    config = dict(architectures=["StableDiffusionSafetyChecker"], projection_dim=20, vision_config=dict(
        hidden_size=24, intermediate_size=96, num_hidden_layers=3, num_attention_heads=3, image_size=12, patch_size=4))
    model = VisionTransformer(12, 4, 24, 3, 3, 20).float().eval()
    at = "vision_model.vision_model."
    get = lambda name, *shape: weight(name, shape).float()
    model.conv1.weight.copy_(get(at + "embeddings.patch_embedding.weight", 24, 3, 4, 4))
    model.class_embedding.copy_(get(at + "embeddings.class_embedding", 24))
    model.positional_embedding.copy_(get(at + "embeddings.position_embedding.weight", 10, 24))
    fill(model.ln_pre, at + "pre_layrnorm", 24)
    fill_layers(model.transformer, at, "quick_gelu")
    fill(model.ln_post, at + "post_layernorm", 24)
    model.proj.copy_(get("visual_projection.weight", 20, 24).T)
    return config, {"embedding": model(made("image", (1, 3, 12, 12)).float())}


def text(activation):
    """The rows before the last layer, and the projected row of the text's end."""
    config = dict(architectures=["CLIPTextModelWithProjection"], vocab_size=60, hidden_size=24, intermediate_size=96,
                  num_hidden_layers=3, num_attention_heads=3, max_position_embeddings=9, projection_dim=20,
                  hidden_act=activation, eos_token_id=2)
    model = CLIP(20, 8, 1, 64, 4, 9, 60, 24, 3, 3).float().eval()
    get = lambda name, *shape: weight("text_model." * (name[:5] != "text_") + name, shape).float()
    model.token_embedding.weight.copy_(get("embeddings.token_embedding.weight", 60, 24))
    model.positional_embedding.copy_(get("embeddings.position_embedding.weight", 9, 24))
    fill_layers(model.transformer, "text_model.", activation)
    fill(model.ln_final, "text_model.final_layer_norm", 24)
    model.text_projection.copy_(get("text_projection.weight", 20, 24).T)

    kept = []
    model.transformer.resblocks[1].register_forward_hook(lambda module, given, made: kept.append(made))
    pooled = model.encode_text(torch.tensor([TOKENS]))
    return config, {"hidden": kept[0], "pooled": pooled}


def numbers(outputs):
    return {k: [float(f"{x:.6g}") for x in v.flatten()[:256].tolist()] for k, v in outputs}


def main():
    cases = {}
    with torch.no_grad():
        for name, (cls, config, width, height) in CASES.items():
            cases[name] = dict(config=dict(config, _class_name=cls.__name__), width=width, height=height,
                               tensors=len(filled(cls, config).state_dict()),
                               outputs=numbers(run(cls, config, width, height)))
        for name, activation in TEXTS.items():
            config, outputs = text(activation)
            cases[name] = dict(config=config, tensors=4 + 3 * 16 + 1, outputs=numbers(outputs.items()), tokens=TOKENS)
        config, outputs = vision()
        cases["CLIP, images"] = dict(config=config, tensors=3 + 3 * 16 + 5 + 4, outputs=numbers(outputs.items()))
    json.dump(cases, sys.stdout, separators=(",", ":"))


main()

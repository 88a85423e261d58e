#!/usr/bin/python3
"""Writes one of the U-Nets of unets.py as a model folder, with random weights under the names of the diffusers library, and with one batch of
inputs, PyTorch's output for it and, on request, the losses of some training steps; and times PyTorch's forward pass.
`suti bench unet FOLDER` runs the same. Usage: unet_export.py FOLDER [--net sd15|pixel64] [--batch 2] [--device cpu|cuda] [--losses N] [--runs 3]"""
import argparse
import json
import os
import resource
import statistics
import struct
import time

import torch
import torch.nn.functional as F

from unets import CONTEXT_LENGTH, CONTEXT_WIDTH, Pixel64, Sd15
from unet_layers import Resampling, ResBlock, TextAttention

RES = {"norm1": "norm1", "conv1": "conv1", "time": "time_emb_proj", "norm2": "norm2", "conv2": "conv2", "skip": "conv_shortcut"}
BLOCK = "transformer_blocks.0."
SPATIAL = {"norm": "norm", "proj_in": "proj_in", "proj_out": "proj_out", "norm1": BLOCK + "norm1", "norm2": BLOCK + "norm2", "norm3": BLOCK + "norm3",
           "ff_in": BLOCK + "ff.net.0.proj", "ff_out": BLOCK + "ff.net.2"}
ATTENTION = {"q": "to_q", "k": "to_k", "v": "to_v", "out": "to_out.0"}
TOP = {"time1": "time_embedding.linear_1", "time2": "time_embedding.linear_2", "conv_in": "conv_in", "norm": "conv_norm_out", "conv_out": "conv_out"}


def named(layer, prefix):
    """(name, tensor) of a layer under the library's names."""
    for name, p in layer.named_parameters():
        parts = name.split(".")
        if isinstance(layer, ResBlock):
            yield f"{prefix}.{RES[parts[0]]}.{parts[-1]}", p
        elif isinstance(layer, Resampling):
            yield f"{prefix}.{name}", p
        elif isinstance(layer, TextAttention):
            if parts[0] == "qkv":
                for key, part in zip(("to_q", "to_k", "to_v"), p.chunk(3)):
                    yield f"{prefix}.{key}.{parts[-1]}", part
            elif parts[0] == "kv":
                for key, part in zip(("add_k_proj", "add_v_proj"), p.chunk(2)):
                    yield f"{prefix}.{key}.{parts[-1]}", part
            else:
                yield f"{prefix}.{dict(norm='group_norm', out='to_out.0')[parts[0]]}.{parts[-1]}", p
        elif parts[0] in ("attn1", "attn2"):
            yield f"{prefix}.{BLOCK}{parts[0]}.{ATTENTION[parts[1]]}.{parts[-1]}", p
        else:
            yield f"{prefix}.{SPATIAL[parts[0]]}.{parts[-1]}", p


def tensors(net):
    for name, layer in TOP.items():
        for key, p in getattr(net, name).named_parameters():
            yield f"{layer}.{key}", p
    for side, sampler in (("down", "downsamplers"), ("up", "upsamplers")):
        level = index = 0
        for stage in getattr(net, side):
            layers = list(stage)
            # A level ends with what changes the size: a stage of its own on the way down, the end of a stage on the way up.
            last = layers[-1]
            resizes = isinstance(last, Resampling) or (isinstance(last, ResBlock) and last.resample)
            for layer in layers[:-1] if resizes else layers:
                kind = "resnets" if isinstance(layer, ResBlock) else "attentions"
                yield from named(layer, f"{side}_blocks.{level}.{kind}.{index}")
            index += 1
            if resizes:
                yield from named(last, f"{side}_blocks.{level}.{sampler}.0")
                level, index = level + 1, 0
    first, attention, second = net.middle
    yield from named(first, "mid_block.resnets.0")
    yield from named(attention, "mid_block.attentions.0")
    yield from named(second, "mid_block.resnets.1")


def config(kind):
    both = {"_class_name": "UNet2DConditionModel", "cross_attention_dim": CONTEXT_WIDTH, "sample_size": 64, "act_fn": "silu", "norm_num_groups": 32}
    if kind == "sd15":
        cross, up = ["CrossAttnDownBlock2D"] * 3, ["CrossAttnUpBlock2D"] * 3
        return {**both, "block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2, "attention_head_dim": 8, "in_channels": 4,
                "out_channels": 4, "down_block_types": cross + ["DownBlock2D"], "up_block_types": ["UpBlock2D"] + up}
    joint, up = ["SimpleCrossAttnDownBlock2D"] * 3, ["SimpleCrossAttnUpBlock2D"] * 3
    return {**both, "block_out_channels": [192, 384, 576, 768], "layers_per_block": 3, "attention_head_dim": 64, "in_channels": 3, "out_channels": 6,
            "resnet_time_scale_shift": "scale_shift", "mid_block_type": "UNetMidBlock2DSimpleCrossAttn",
            "down_block_types": ["ResnetDownsampleBlock2D"] + joint, "up_block_types": up + ["ResnetUpsampleBlock2D"]}


def write(path, items):
    header, offset = {}, 0
    items = list(items)
    for name, t in items:
        size = t.numel() * t.element_size()
        header[name] = {"dtype": {torch.float32: "F32", torch.int64: "I64"}[t.dtype], "shape": list(t.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, t in items:
            file.write(t.detach().cpu().contiguous().numpy().tobytes())


def losses(net, x, t, context, count, bf16):
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)
    found = []
    for _ in range(count):
        with torch.autocast("cuda", torch.bfloat16, enabled=bf16):
            y = net(x, t, context)
            loss = F.mse_loss(y[:, :net.channels].float(), x)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        found.append(float(loss))
    return found


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder")
    arguments.add_argument("--net", default="sd15", choices=["sd15", "pixel64"])
    arguments.add_argument("--batch", type=int, default=2)
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--losses", type=int, default=0)
    arguments.add_argument("--runs", type=int, default=3)
    options = arguments.parse_args()
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    net = (Sd15 if options.net == "sd15" else Pixel64)().to(options.device)
    os.makedirs(options.folder, exist_ok=True)
    with open(os.path.join(options.folder, "config.json"), "w") as file:
        json.dump(config(options.net), file, indent=2)
    write(os.path.join(options.folder, "diffusion_pytorch_model.safetensors"), tensors(net))
    x = torch.randn(options.batch, net.channels, net.size, net.size, device=options.device)
    context = torch.randn(options.batch, CONTEXT_LENGTH, CONTEXT_WIDTH, device=options.device)
    t = torch.randint(0, 1000, (options.batch,), device=options.device)
    if options.device != "cpu":
        net = net.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    times = []
    with torch.no_grad():
        for _ in range(options.runs + 1):
            begun = time.perf_counter()
            y = net(x, t, context)
            if options.device != "cpu":
                torch.cuda.synchronize()
            times.append(time.perf_counter() - begun)
    io = [("in.sample", x), ("in.timestep", t), ("in.encoder_hidden_states", context), ("out.sample", y)]
    if options.losses:
        found = losses(net, x, t, context, options.losses, options.device != "cpu")
        io.append(("out.losses", torch.tensor(found)))
    write(os.path.join(options.folder, "io.safetensors"), io)
    print(json.dumps({"peer": f"torch {torch.__version__}", "net": options.net, "batch": options.batch, "device": options.device, "dtype": "f32",
                      "threads": torch.get_num_threads(), "median_s": statistics.median(times[1:]), "first_s": times[0],
                      "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                      "parameters": sum(p.numel() for p in net.parameters())}))


if __name__ == "__main__":
    main()

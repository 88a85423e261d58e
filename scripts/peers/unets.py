#!/usr/bin/python3
"""Two diffusion U-Nets in plain PyTorch, timed: one of the shape of Stable Diffusion 1.5 (latents of 4 x 64 x 64, 859,520,964 parameters), and a
pixel-space base of 64 x 64 in the manner of Imagen. Forward and training steps, eager and torch.compile, JSON lines.
Usage: unets.py [--net sd15|pixel64] [--batches 1,2,8,16] [--train 8,16] [--no-compile] [--limit SECONDS] [--weights FILE.safetensors]"""
import argparse
import json
import struct
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from timing import Timer, left_out, report
from unet_layers import Resampling, ResBlock, SpatialTransformer, TextAttention, time_embedding

CONTEXT_LENGTH, CONTEXT_WIDTH = 77, 768


class Sd15(nn.Module):
    channels, size = 4, 64

    def __init__(self, widths=(320, 640, 1280, 1280)):
        super().__init__()
        base, temb = widths[0], 4 * widths[0]
        self.base = base
        self.time1, self.time2 = nn.Linear(base, temb), nn.Linear(temb, temb)
        self.conv_in = nn.Conv2d(self.channels, base, 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        skips, width, last = [base], base, len(widths) - 1
        for level, out in enumerate(widths):
            for _ in range(2):
                self.down.append(nn.ModuleList([ResBlock(width, out, temb)] + ([SpatialTransformer(out, CONTEXT_WIDTH)] if level < last else [])))
                width = out
                skips.append(width)
            if level < last:
                self.down.append(nn.ModuleList([Resampling(width, up=False)]))
                skips.append(width)
        self.middle = nn.ModuleList([ResBlock(width, width, temb), SpatialTransformer(width, CONTEXT_WIDTH), ResBlock(width, width, temb)])
        for level in reversed(range(len(widths))):
            for i in range(3):
                stage = [ResBlock(width + skips.pop(), widths[level], temb)]
                width = widths[level]
                if level < last:
                    stage.append(SpatialTransformer(width, CONTEXT_WIDTH))
                if i == 2 and level > 0:
                    stage.append(Resampling(width, up=True))
                self.up.append(nn.ModuleList(stage))
        self.norm, self.conv_out = nn.GroupNorm(32, width), nn.Conv2d(width, self.channels, 3, padding=1)

    def forward(self, x, t, context):
        e = self.time2(F.silu(self.time1(time_embedding(t, self.base).to(x.dtype))))
        h = self.conv_in(x)
        skips = [h]
        for stage in self.down:
            h = run(stage, h, e, context)
            skips.append(h)
        h = run(self.middle, h, e, context)
        for stage in self.up:
            h = run(stage, torch.cat([h, skips.pop()], dim=1), e, context)
        return self.conv_out(F.silu(self.norm(h)))


class Pixel64(nn.Module):
    channels, size = 3, 64

    def __init__(self, width=192, multipliers=(1, 2, 3, 4), blocks=3, out_channels=6):
        super().__init__()
        self.base, temb = width, 4 * width
        widths = [width * m for m in multipliers]
        last = len(widths) - 1

        def res(cin, cout, resample=None):
            return ResBlock(cin, cout, temb, scale_shift=True, resample=resample)
        self.time1, self.time2 = nn.Linear(width, temb), nn.Linear(temb, temb)
        self.conv_in = nn.Conv2d(self.channels, width, 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        skips, at = [width], width
        for level, out in enumerate(widths):
            for _ in range(blocks):
                self.down.append(nn.ModuleList([res(at, out)] + ([TextAttention(out, CONTEXT_WIDTH)] if level > 0 else [])))
                at = out
                skips.append(at)
            if level < last:
                self.down.append(nn.ModuleList([res(at, at, "down")]))
                skips.append(at)
        self.middle = nn.ModuleList([res(at, at), TextAttention(at, CONTEXT_WIDTH), res(at, at)])
        for level in reversed(range(len(widths))):
            for i in range(blocks + 1):
                stage = [res(at + skips.pop(), widths[level])]
                at = widths[level]
                if level > 0:
                    stage.append(TextAttention(at, CONTEXT_WIDTH))
                if i == blocks and level > 0:
                    stage.append(res(at, at, "up"))
                self.up.append(nn.ModuleList(stage))
        self.norm, self.conv_out = nn.GroupNorm(32, at), nn.Conv2d(at, out_channels, 3, padding=1)

    forward = Sd15.forward


def run(stage, h, e, context):
    for layer in stage:
        h = layer(h, e) if isinstance(layer, ResBlock) else layer(h) if isinstance(layer, Resampling) else layer(h, context)
    return h


def save(net, path):
    """Weights in f32 as safetensors, so that another engine starts from the same ones."""
    tensors = {name: p.detach().float().cpu().contiguous() for name, p in net.named_parameters()}
    header, offset = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + 4 * tensor.numel()]}
        offset += 4 * tensor.numel()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.numpy().tobytes())


def inputs(net, batch, dtype):
    random = torch.Generator().manual_seed(batch)
    x = torch.randn(batch, net.channels, net.size, net.size, generator=random)
    context = torch.randn(batch, CONTEXT_LENGTH, CONTEXT_WIDTH, generator=random)
    t = torch.randint(0, 1000, (batch,), generator=random)
    return x.to("cuda", dtype).to(memory_format=torch.channels_last), t.cuda(), context.to("cuda", dtype)


def forward_step(net, batch):
    x, t, context = inputs(net, batch, torch.bfloat16)

    def step():
        with torch.no_grad():
            net(x, t, context)
    return step


def training_step(net, batch):
    """Forward, backward, AdamW and an average of the weights; f32 masters, bf16 arithmetic."""
    x, t, context = inputs(net, batch, torch.float32)
    parameters = list(net.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=1e-4, fused=True)
    averages = [p.detach().clone() for p in parameters]

    def step():
        with torch.autocast("cuda", torch.bfloat16):
            y = net(x, t, context)
            loss = F.mse_loss(y[:, :net.channels].float(), x)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        torch._foreach_lerp_(averages, parameters, 1e-4)
        return loss
    return step


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--net", default="sd15", choices=["sd15", "pixel64"])
    arguments.add_argument("--batches", default="1,2,8,16")
    arguments.add_argument("--train", default="8,16")
    arguments.add_argument("--seconds", type=float, default=1.0)
    arguments.add_argument("--no-compile", action="store_true")
    arguments.add_argument("--limit", type=float, default=1e9)
    arguments.add_argument("--weights", help="write the weights here")
    options = arguments.parse_args()
    begun, timer = time.monotonic(), Timer(options.seconds)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    kind = Sd15 if options.net == "sd15" else Pixel64
    net = kind().cuda().to(memory_format=torch.channels_last)
    count = sum(p.numel() for p in net.parameters())
    print(f"{options.net}: {count:,} parameters", file=sys.stderr)
    if options.weights:
        save(net, options.weights)

    def time_it(peer, name, make):
        if time.monotonic() - begun > options.limit:
            print(f"{name} {peer} left out: no time", file=sys.stderr)
            return
        try:
            torch.cuda.reset_peak_memory_stats()
            step = make()
            times = timer.measure(step, cold=False)
            report(peer, name, "bf16", "hot", times, max_memory_bytes=torch.cuda.max_memory_allocated(), parameters=count)
        except Exception as error:
            left_out(peer, name, error)

    def losses(name, make):
        step = make()
        print(json.dumps({"peer": "torch-eager", "workload": name, "losses": [float(step()) for _ in range(20)]}), flush=True)

    peers = [("torch-eager", lambda n: n)] + ([] if options.no_compile else [("torch-compile", lambda n: torch.compile(n, mode="reduce-overhead"))])
    half = kind().cuda().to(torch.bfloat16).to(memory_format=torch.channels_last)
    half.load_state_dict(net.state_dict())
    for peer, wrap in peers:
        for batch in (int(b) for b in options.batches.split(",") if b):
            # Compiling takes a minute: the smallest guided and the largest batch alone.
            if peer == "torch-eager" or batch in (2, 16):
                time_it(peer, f"{options.net}_fwd_b{batch}", lambda: forward_step(wrap(half), batch))
    for batch in (int(b) for b in options.train.split(",") if b):
        try:
            losses(f"{options.net}_losses_b{batch}", lambda: training_step(net, batch))
        except Exception as error:
            left_out("torch-eager", f"{options.net}_losses_b{batch}", error)
        time_it("torch-eager", f"{options.net}_train_b{batch}", lambda: training_step(net, batch))


if __name__ == "__main__":
    main()

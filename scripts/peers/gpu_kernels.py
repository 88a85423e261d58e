#!/usr/bin/python3
"""The workloads of `suti bench --device cuda` in PyTorch, by the same names: eager, torch.compile, and each backend of scaled dot-product
attention. Names are read from the standard input, as `suti bench --list` prints them; JSON lines come out.
Usage: suti bench --list | gpu_kernels.py [--dtype bf16] [--seconds 0.2] [--no-compile] [--limit SECONDS]"""
import argparse
import re
import sys
import time

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from timing import Timer, left_out, report

TYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
BACKENDS = {"sdpa-flash": SDPBackend.FLASH_ATTENTION, "sdpa-cudnn": SDPBackend.CUDNN_ATTENTION, "sdpa-efficient": SDPBackend.EFFICIENT_ATTENTION,
            "sdpa-math": SDPBackend.MATH}


def normal(dtype, *shape):
    return torch.randn(shape, device="cuda", dtype=torch.float32).to(dtype)


def forward_backward(apply, inputs, dy):
    for x in inputs:
        x.requires_grad_(True)

    def run():
        apply(*inputs).backward(dy)
        for x in inputs:
            x.grad = None
    return run


def forward(apply, inputs):
    def run():
        with torch.no_grad():
            apply(*inputs)
    return run


def conv(name, dtype):
    m = re.fullmatch(r"conv(\d)x\d_b(\d+)_(\d+)x(\d+)x(\d+)-(\d+)_s(\d)", name)
    k, b, h, w, cin, cout, s = map(int, m.groups())
    x = normal(dtype, b, cin, h, w).to(memory_format=torch.channels_last)
    weight = normal(dtype, cout, cin, k, k).to(memory_format=torch.channels_last)
    return (lambda x, weight, bias: F.conv2d(x, weight, bias, stride=s, padding=k // 2)), [x, weight, normal(dtype, cout)]


def attention(name, dtype):
    m = re.fullmatch(r"attn_b(\d+)h(\d+)_q(\d+)_k(\d+)_d(\d+)", name)
    b, heads, q, k, d = map(int, m.groups())
    return F.scaled_dot_product_attention, [normal(dtype, b, heads, n, d) for n in (q, k, k)]


def group_norm(name, dtype):
    h, w, c = map(int, re.fullmatch(r"gn32_silu_(\d+)x(\d+)x(\d+)", name).groups())
    x = normal(dtype, 1, c, h, w).to(memory_format=torch.channels_last)
    return (lambda x, g, b: F.silu(F.group_norm(x, 32, g, b))), [x, torch.ones_like(x[0, :, 0, 0]), torch.zeros_like(x[0, :, 0, 0])]


def layer_norm(name, dtype):
    rows, width = map(int, re.fullmatch(r"layernorm_(\d+)x(\d+)", name).groups())
    x = normal(dtype, rows, width)
    return (lambda x, g, b: F.layer_norm(x, (width,), g, b)), [x, torch.ones_like(x[0]), torch.zeros_like(x[0])]


def product(name, dtype):
    kind, m, n, k = re.fullmatch(r"(gemmw?)_(\d+)x(\d+)x(\d+)", name).groups()
    m, n, k = int(m), int(n), int(k)
    return (F.linear, [normal(dtype, m, k), normal(dtype, n, k)]) if kind == "gemmw" else (torch.matmul, [normal(dtype, m, k), normal(dtype, k, n)])


def geglu(name, dtype):
    rows, width = map(int, re.fullmatch(r"geglu_(\d+)x(\d+)", name).groups())

    def apply(x):
        a, gate = x.chunk(2, dim=-1)
        return a * F.gelu(gate)
    return apply, [normal(dtype, rows, 2 * width)]


def softmax(name, dtype):
    rows, width = map(int, re.fullmatch(r"softmax_(\d+)x(\d+)", name).groups())
    return (lambda x: torch.softmax(x, -1)), [normal(dtype, rows, width)]


def elementwise(name, dtype):
    op, count = re.fullmatch(r"(exp|silu|gelu|add|sum)_(\d+)", name).groups()
    return {"exp": torch.exp, "silu": F.silu, "gelu": F.gelu, "add": lambda x: x + 1.5, "sum": torch.sum}[op], [normal(dtype, int(count))]


def adamw(name, timer):
    tensors, count = map(int, re.fullmatch(r"adamw_(\d+)x(\d+)", name).groups())
    parameters = [torch.nn.Parameter(torch.randn(count, device="cuda")) for _ in range(tensors)]
    for p in parameters:
        p.grad = torch.randn_like(p)
    for peer, options in (("torch-foreach", {"foreach": True}), ("torch-fused", {"fused": True})):
        step = torch.optim.AdamW(parameters, lr=1e-4, **options).step
        for mode in ("hot", "cold"):
            report(peer, name, "f32", mode, timer.measure(step, mode == "cold"))


MAKERS = [("conv", conv), ("attn", attention), ("gn32", group_norm), ("layernorm", layer_norm), ("gemm", product), ("geglu", geglu),
          ("softmax", softmax), ("", elementwise)]


def workload(name, label, timer, compiles):
    dtype, both = TYPES[label], name.endswith("_fwdbwd")
    plain = name[:-len("_fwdbwd")] if both else name
    apply, inputs = next(make for prefix, make in MAKERS if plain.startswith(prefix))(plain, dtype)

    def make(f):
        if not both:
            return forward(f, inputs)
        with torch.no_grad():
            y = f(*inputs)
        return forward_backward(f, inputs, torch.randn_like(y))

    def time_it(peer, f):
        try:
            run = make(f)
            for mode in ("hot", "cold"):
                report(peer, name, label, mode, timer.measure(run, mode == "cold"))
        except Exception as error:  # a backend that cannot do this shape, or no compiler here
            left_out(peer, name, error)

    if plain.startswith("attn"):
        for peer, backend in BACKENDS.items():
            def with_backend(*operands, backend=backend):
                with sdpa_kernel(backend):
                    return apply(*operands)
            time_it(peer, with_backend)
        return
    time_it("torch-eager", apply)
    if compiles:
        time_it("torch-compile", torch.compile(apply))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--dtype", default="bf16", choices=TYPES)
    arguments.add_argument("--seconds", type=float, default=0.1)
    arguments.add_argument("--no-compile", action="store_true")
    arguments.add_argument("--limit", type=float, default=1e9)
    options = arguments.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    timer, begun = Timer(options.seconds), time.monotonic()
    for name in sys.stdin.read().split():
        if time.monotonic() - begun > options.limit:
            print(f"{name} and what follows left out: no time", file=sys.stderr)
            break
        if name.startswith("tinyunet"):
            continue
        torch.manual_seed(1)
        try:
            if name.startswith("adamw"):
                adamw(name, timer)
            else:
                workload(name, options.dtype, timer, not options.no_compile)
        except Exception as error:
            left_out("torch", name, error)


if __name__ == "__main__":
    main()

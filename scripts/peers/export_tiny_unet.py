#!/usr/bin/python3
"""Writes PyTorch's TinyUNet-A (weights, inputs, output, loss and all gradients) as one safetensors file, against which
`suti bench verify FILE` compares the engine. Usage: export_tiny_unet.py FOLDER_OF_tiny_unet.py OUT.safetensors [BATCH]"""
import json
import struct
import sys

import torch

sys.path.insert(0, sys.argv[1])
import tiny_unet

batch = int(sys.argv[3]) if len(sys.argv) > 3 else 2
net = tiny_unet.TinyUNet()
x, t, context = tiny_unet.inputs(batch)
target = torch.randn(x.shape, generator=torch.Generator().manual_seed(2))
y = net(x, t, context)
loss = torch.nn.functional.mse_loss(y, target)
loss.backward()

tensors = {"in.x": x, "in.t": t, "in.context": context, "in.target": target, "out.y": y.detach(), "out.loss": loss.detach()}
for name, parameter in net.named_parameters():
    tensors[name] = parameter.detach()
    tensors["grad." + name] = parameter.grad
header, offset = {}, 0
for name, tensor in sorted(tensors.items()):
    size = tensor.numel() * tensor.element_size()
    header[name] = {"dtype": "I64" if tensor.dtype == torch.int64 else "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + size]}
    offset += size
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[2], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text)
    for _, tensor in sorted(tensors.items()):
        file.write(tensor.contiguous().numpy().tobytes())
print(sys.argv[2], "loss", float(loss))

"""Blocks of diffusion U-Nets in plain PyTorch, channels-last, after the published Stable Diffusion 1.x and ADM definitions."""
import torch
import torch.nn as nn
import torch.nn.functional as F


def attention(q, k, v):
    """softmax(q kT / sqrt(d)) v; PyTorch before 2.0 has no fused one."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v)
    n, heads, length, width = q.shape
    q, k, v = (t.reshape(n * heads, -1, width) for t in (q, k, v))
    scores = torch.baddbmm(q.new_empty(1, 1, 1), q, k.transpose(1, 2), beta=0, alpha=width ** -0.5)
    return torch.bmm(scores.softmax(-1), v).reshape(n, heads, length, width)


def time_embedding(t, width):
    half = width // 2
    angles = t.float()[:, None] * torch.exp(-9.210340371976184 * torch.arange(half, device=t.device) / half)[None]
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class ResBlock(nn.Module):
    """Two normalised convolutions around a time embedding, which is added, or scales and shifts the second norm."""

    def __init__(self, cin, cout, temb, scale_shift=False, resample=None):
        super().__init__()
        self.scale_shift, self.resample = scale_shift, resample
        self.norm1 = nn.GroupNorm(32, cin)
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        self.time = nn.Linear(temb, 2 * cout if scale_shift else cout)
        self.norm2 = nn.GroupNorm(32, cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        self.skip = nn.Conv2d(cin, cout, 1) if cin != cout else nn.Identity()

    def forward(self, x, temb):
        h = F.silu(self.norm1(x))
        if self.resample == "down":
            h, x = F.avg_pool2d(h, 2), F.avg_pool2d(x, 2)
        elif self.resample == "up":
            h, x = F.interpolate(h, scale_factor=2.0), F.interpolate(x, scale_factor=2.0)
        h = self.conv1(h)
        e = self.time(F.silu(temb))[:, :, None, None]
        if self.scale_shift:
            scale, shift = e.chunk(2, dim=1)
            h = F.silu(self.norm2(h) * (1 + scale) + shift)
        else:
            h = F.silu(self.norm2(h + e))
        return self.conv2(h) + self.skip(x)


class CrossAttention(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width, bias=False)
        self.k = nn.Linear(context, width, bias=False)
        self.v = nn.Linear(context, width, bias=False)
        self.out = nn.Linear(width, width)

    def forward(self, x, context):
        n, length, width = x.shape

        def split(y):
            return y.reshape(n, -1, self.heads, width // self.heads).transpose(1, 2)
        y = attention(split(self.q(x)), split(self.k(context)), split(self.v(context)))
        return self.out(y.transpose(1, 2).reshape(n, length, width))


class SpatialTransformer(nn.Module):
    """Stable Diffusion's block: self-attention, attention to the text, GEGLU."""

    def __init__(self, width, context, heads=8):
        super().__init__()
        self.norm = nn.GroupNorm(32, width, eps=1e-6)
        self.proj_in = nn.Conv2d(width, width, 1)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.attn1 = CrossAttention(width, width, heads)
        self.attn2 = CrossAttention(width, context, heads)
        self.ff_in = nn.Linear(width, 8 * width)
        self.ff_out = nn.Linear(4 * width, width)
        self.proj_out = nn.Conv2d(width, width, 1)

    def forward(self, x, context):
        n, c, h, w = x.shape
        y = self.proj_in(self.norm(x)).permute(0, 2, 3, 1).reshape(n, h * w, c)
        z = self.norm1(y)
        y = y + self.attn1(z, z)
        y = y + self.attn2(self.norm2(y), context)
        a, gate = self.ff_in(self.norm3(y)).chunk(2, dim=-1)
        y = y + self.ff_out(a * F.gelu(gate))
        return x + self.proj_out(y.reshape(n, h, w, c).permute(0, 3, 1, 2))


class TextAttention(nn.Module):
    """Imagen's block: keys and values of the text beside those of the image, in one attention."""

    def __init__(self, width, context, head_width=64):
        super().__init__()
        self.heads = width // head_width
        self.norm = nn.GroupNorm(32, width)
        self.qkv = nn.Linear(width, 3 * width)
        self.kv = nn.Linear(context, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x, context):
        n, c, h, w = x.shape
        y = self.norm(x).permute(0, 2, 3, 1).reshape(n, h * w, c)
        q, k, v = self.qkv(y).chunk(3, dim=-1)
        tk, tv = self.kv(context).chunk(2, dim=-1)

        def split(z):
            return z.reshape(n, -1, self.heads, c // self.heads).transpose(1, 2)
        y = attention(split(q), split(torch.cat([tk, k], 1)), split(torch.cat([tv, v], 1)))
        y = self.out(y.transpose(1, 2).reshape(n, h * w, c))
        return x + y.reshape(n, h, w, c).permute(0, 3, 1, 2)


class Resampling(nn.Module):
    def __init__(self, width, up):
        super().__init__()
        self.up = up
        self.conv = nn.Conv2d(width, width, 3, stride=1 if up else 2, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0) if self.up else x)

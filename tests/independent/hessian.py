"""What PyTorch's double backward makes of small networks: the numbers in
tests/core/hessian_spec.lua, printed as its table. Entries of all matrices are
sines of their places, so that both sides have the same.

    /usr/bin/python3 tests/independent/hessian.py
"""

import math

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def entries(rows, cols, key, scale=1.0):
    """Element (i, j), from 1: scale * sin(key + 7 i + 3 j + i j / 5)"""
    return torch.tensor([[scale * math.sin(key + 7 * i + 3 * j + i * j / 5)
                          for j in range(1, cols + 1)]
                         for i in range(1, rows + 1)])


ACTIVATIONS = {
    "linear": lambda z: z, "relu": F.relu, "tanh": torch.tanh,
    "leaky_relu": lambda z: F.leaky_relu(z, 0.01), "sigmoid": torch.sigmoid,
    "erf": torch.erf, "gelu": F.gelu, "silu": F.silu, "selu": F.selu,
    "elu": F.elu, "hard_tanh": F.hardtanh, "softplus": F.softplus,
}


def parameters(shapes):
    out = []
    for k, (rows, cols) in enumerate(shapes, 1):
        out.append(entries(rows, cols, 10 * k).requires_grad_())
    return out


# Columns are samples, as in orthorun.
def plain(activation):
    shapes = [(5, 4), (5, 1), (5, 5), (5, 1), (3, 5), (3, 1)]

    def forward(p, x):
        phi = ACTIVATIONS[activation]
        a = phi(p[0] @ x + p[1])
        a = phi(p[2] @ a + p[3])
        return p[4] @ a + p[5]
    return shapes, forward


def norm(x, gain, bias):
    return F.layer_norm(x.T, (x.shape[0],), gain[:, 0], bias[:, 0], 1e-5).T


def blocks():
    shapes = [(5, 4), (5, 1), (5, 1), (5, 1), (5, 5), (5, 1), (5, 1), (5, 1),
              (5, 5), (5, 1), (3, 5), (3, 1)]

    def forward(p, x):
        a = torch.tanh(norm(p[0] @ x + p[1], p[2], p[3]))
        b = F.gelu(p[4] @ a + p[5])
        b = b + 0.5 * (p[8] @ norm(b, p[6], p[7]) + p[9])
        a = a + 0.7 * b
        return p[10] @ a + p[11]
    return shapes, forward


def product(p, loss, v):
    grads = torch.autograd.grad(loss, p, create_graph=True)
    along = sum((g * d).sum() for g, d in zip(grads, v))
    if not along.requires_grad:
        return [torch.zeros_like(w) for w in p]
    hv = torch.autograd.grad(along, p, allow_unused=True)
    return [torch.zeros_like(w) if h is None else h for h, w in zip(hv, p)]


def case(name, shapes, forward, loss_name):
    p = parameters(shapes)
    x, y = entries(4, 6, 1), entries(3, 6, 2)
    f = forward(p, x)
    if loss_name == "cross_entropy":
        loss = F.cross_entropy(f.T, torch.tensor([0, 1, 2, 0, 1, 2]))
    else:
        loss = F.mse_loss(f, y)
    v = [entries(r, c, 100 + 3 * k) for k, (r, c) in enumerate(shapes, 1)]
    u = [entries(r, c, 200 + 5 * k) for k, (r, c) in enumerate(shapes, 1)]
    hv = product(p, loss, v)
    form = sum((a * b).sum() for a, b in zip(u, hv)).item()
    size = math.sqrt(sum((h * h).sum() for h in hv).item())
    print(f'    {{ "{name}", "{loss_name}", {form!r}, {size!r} }},')


for activation in ACTIVATIONS:
    for loss in ("mse", "cross_entropy"):
        case(activation, *plain(activation), loss)
for loss in ("mse", "cross_entropy"):
    case("blocks", *blocks(), loss)

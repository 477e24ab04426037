"""The ten workloads (workloads/measures.ts) with PyTorch."""
import numpy as np
import torch
import torch.nn.functional as F



def uniform(seed, n, scale=1.0):
    """As in workloads/values.ts."""
    with np.errstate(over="ignore"):
        x = np.arange(n, dtype=np.uint32) + np.uint32((seed * 0x9E3779B9) & 0xFFFFFFFF)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x21F0AAAD)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x735A2D97)
        x = x ^ (x >> np.uint32(15))
    return ((x / 2**32 * 2 - 1) * scale).astype(np.float32)


def classes(seed, n, count):
    values = uniform(seed, n).astype(np.float64)
    return torch.from_numpy(np.minimum(count - 1, np.floor((values + 1) / 2 * count)).astype(np.int64))


def random(seed, shape, scale=1.0):
    return torch.from_numpy(uniform(seed, int(np.prod(shape)), scale).reshape(shape))


def fingerprint(x):
    x = x.detach().double().reshape(-1)
    weights = 1 + (torch.arange(x.numel()) % 13).double() / 13 + (x > 0).double()
    return float((x.abs() * weights).sum())


def computing(f):
    """A work that is compared by all that it computes."""

    def check():
        result = f()
        return [fingerprint(x) for x in (result if isinstance(result, (tuple, list)) else [result])]

    return f, check


def without_gradient(f):
    def run():
        with torch.no_grad():
            return f()

    return run


def watched(*tensors):
    return [x.requires_grad_(True) for x in tensors]


def cycle():
    a, b, c = watched(*(torch.tensor(x) for x in (2.0, 3.0, 4.0)))
    return computing(lambda: torch.autograd.grad(a * b + c, [a, b, c]))


def chain(is_differentiated):
    start, w, b, c = random(1, [4]), random(2, [4]) + 1.5, random(3, [4]), random(4, [4], 0.1)

    def forward():
        x = start
        for _ in range(25):
            x = torch.tanh(x * w + b) - c
        return x

    if not is_differentiated:
        return computing(without_gradient(forward))
    watched(start, w, b)
    return computing(lambda: torch.autograd.grad(forward().sum(), [start, w, b]))


def million(what):
    x, w, b = (random(seed, [1_000_000]) for seed in (1, 2, 3))
    works = {
        "add": lambda: x + w,
        "chain": lambda: torch.tanh(x * w + b),
        "exp": lambda: torch.exp(x),
        "tanh": lambda: torch.tanh(x),
        "sum": lambda: x.sum(),
    }
    if what != "gradient":
        return computing(without_gradient(works[what]))
    watched(x, w, b)
    return computing(lambda: torch.autograd.grad(torch.tanh(x * w + b).sum(), [x, w, b]))


def product(n):
    a, b = random(1, [n, n]), random(2, [n, n])
    return computing(without_gradient(lambda: a @ b))


def product_gradient(n):
    a, b = watched(random(1, [n, n]), random(2, [n, n]))
    return computing(lambda: torch.autograd.grad((a @ b).sum(), [a, b]))


def first_value(parameter):
    shape, seed, scale = parameter["shape"], parameter["seed"], parameter["scale"]
    return torch.full(shape, float(scale)) if seed == 0 else random(seed, shape, scale)


def parameters_of(rows):
    return {row["name"]: first_value(row).requires_grad_(True) for row in rows}


def training(parameters, loss, optimizer, written=lambda name, gradient: gradient):
    """Steps that lower a loss; `written` puts a gradient into the order of the definition."""

    def run():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    def check():
        value = loss()
        gradients = torch.autograd.grad(value, list(parameters.values()))
        named = zip(parameters, gradients)
        return [value.item(), *(fingerprint(written(name, g).contiguous()) for name, g in named)]

    return run, check


def perceptron(rows):
    p = parameters_of(rows)
    x, labels = random(5, [128, 784]), classes(6, 128, 10)

    def loss():
        h = torch.relu(x @ p["w1"] + p["b1"])
        h = torch.relu(h @ p["w2"] + p["b2"])
        return F.cross_entropy(h @ p["w3"] + p["b3"], labels)

    return training(p, loss, torch.optim.Adam(p.values(), lr=1e-4))


def channels_first(name, x):
    """Filters and the weights behind them, in the order that PyTorch wants."""
    if name in ("c1", "c2"):
        return x.permute(3, 2, 0, 1).contiguous()
    return x.reshape(7, 7, 64, 128).permute(2, 0, 1, 3).reshape(3136, 128) if name == "w1" else x


def channels_last(name, x):
    if name in ("c1", "c2"):
        return x.permute(2, 3, 1, 0)
    return x.reshape(64, 7, 7, 128).permute(1, 2, 0, 3).reshape(3136, 128) if name == "w1" else x


def convolutional(rows, is_trained):
    p = {row["name"]: channels_first(row["name"], first_value(row)).contiguous() for row in rows}
    watched(*p.values())
    x, labels = random(5, [64, 28, 28, 1]).permute(0, 3, 1, 2).contiguous(), classes(6, 64, 10)

    def block(h, name, bias):
        return F.max_pool2d(torch.relu(F.conv2d(h, p[name], p[bias], padding=1)), 2)

    def loss():
        h = block(block(x, "c1", "cb1"), "c2", "cb2").reshape(64, 3136)
        h = torch.relu(h @ p["w1"] + p["b1"])
        return F.cross_entropy(h @ p["w2"] + p["b2"], labels)

    if not is_trained:
        return computing(without_gradient(loss))
    return training(p, loss, torch.optim.SGD(p.values(), lr=1e-3), channels_last)


def recurrent(rows):
    p = parameters_of(rows)
    inputs, target = random(5, [50, 32, 64]), random(6, [32, 128])

    def loss():
        h, c = torch.zeros(32, 128), torch.zeros(32, 128)
        for x in inputs:
            z = x @ p["wx"] + h @ p["wh"] + p["b"]
            taken, kept, candidate, shown = z.chunk(4, 1)
            c = torch.sigmoid(kept) * c + torch.sigmoid(taken) * torch.tanh(candidate)
            h = torch.sigmoid(shown) * torch.tanh(c)
        return ((h - target) ** 2).mean()

    return training(p, loss, torch.optim.SGD(p.values(), lr=1e-3))


def transformer(rows):
    p = parameters_of(rows)
    tokens, following = classes(5, 512, 256), classes(6, 512, 256)
    mask = torch.triu(torch.full((64, 64), -1e9), 1)

    def attended(x, q):
        qkv = (x @ q("qkv") + q("qkvBias")).reshape(8, 64, 3, 4, 32).permute(2, 0, 3, 1, 4)
        queries, keys, values = qkv.unbind(0)
        scores = queries @ keys.transpose(-1, -2) / 32**0.5 + mask
        heads = torch.softmax(scores, -1) @ values
        return heads.permute(0, 2, 1, 3).reshape(512, 128) @ q("out") + q("outBias")

    def loss():
        h = (F.embedding(tokens, p["tokens"]).reshape(8, 64, 128) + p["positions"]).reshape(512, 128)
        for layer in ("layer0", "layer1"):
            q = lambda name: p[f"{layer}.{name}"]
            h = h + attended(F.layer_norm(h, [128], q("scale1"), q("offset1")), q)
            n = F.layer_norm(h, [128], q("scale2"), q("offset2"))
            h = h + F.gelu(n @ q("w1") + q("b1"), approximate="tanh") @ q("w2") + q("b2")
        n = F.layer_norm(h, [128], p["scale"], p["offset"])
        return F.cross_entropy(n @ p["out"] + p["outBias"], following)

    return training(p, loss, torch.optim.Adam(p.values(), lr=1e-4))


def jacobian_of_layer(vectorize):
    w, x = random(1, [100, 100], 0.2), random(2, [100])
    jacobian = torch.autograd.functional.jacobian
    return computing(lambda: jacobian(lambda at: torch.tanh(w @ at), x, vectorize=vectorize))


def small_network():
    at, x, target = random(3, [50], 0.5), random(4, [32, 3]), random(5, [32, 2])

    def loss(p):
        h = torch.tanh(x @ p[:24].reshape(3, 8) + p[24:32])
        return ((h @ p[32:48].reshape(8, 2) + p[48:] - target) ** 2).mean()

    return loss, at


def hessian_of_network(vectorize):
    loss, at = small_network()
    return computing(lambda: torch.autograd.functional.hessian(loss, at, vectorize=vectorize))


def product_small():
    loss, at = small_network()
    direction = random(6, [50])

    def run():
        p = at.clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(loss(p), p, create_graph=True)
        return torch.autograd.grad(gradient, p, direction)[0]

    return computing(run)


def product_network():
    a, b = watched(random(7, [784, 128], 0.05), random(8, [128, 10], 0.1))
    x, target = random(9, [128, 784]), random(10, [128, 10])
    directions = [random(11, [784, 128]), random(12, [128, 10])]

    def run():
        error = ((torch.tanh(x @ a) @ b - target) ** 2).mean()
        gradients = torch.autograd.grad(error, [a, b], create_graph=True)
        return torch.autograd.grad(gradients, [a, b], directions)

    return computing(run)


def equations(steps, is_differentiated):
    parameters, start, h = torch.tensor([1.1, -0.4, -0.4, 0.1]), torch.tensor([1.0, 1.0]), 0.01

    def solve():
        growth, meeting = parameters[:2], parameters[2:]
        slope = lambda z: growth * z + meeting * (z * z.flip(0))
        z = start
        for _ in range(steps):
            k1 = slope(z)
            k2 = slope(z + k1 * (h / 2))
            k3 = slope(z + k2 * (h / 2))
            k4 = slope(z + k3 * h)
            z = z + (k1 + (k2 + k3) * 2.0 + k4) * (h / 6)
        return z

    if not is_differentiated:
        run = without_gradient(solve)
        return run, lambda: run().tolist()
    parameters.requires_grad_(True)
    gradient = lambda: torch.autograd.grad(solve().sum(), parameters)[0]
    return gradient, lambda: gradient().tolist()


def works(sets):
    return {
        "W1.cycle": cycle,
        "W2.forward": lambda: chain(False),
        "W2.gradient": lambda: chain(True),
        **{f"W3.{what}": (lambda what=what: million(what)) for what in ("add", "chain", "exp", "tanh", "sum", "gradient")},
        **{f"W4.product{n}": (lambda n=n: product(n)) for n in (64, 256, 512, 1024)},
        **{f"W4.gradient{n}": (lambda n=n: product_gradient(n)) for n in (256, 512, 1024)},
        "W5.step": lambda: perceptron(sets["perceptron"]),
        "W6.forward": lambda: convolutional(sets["convolutional"], False),
        "W6.step": lambda: convolutional(sets["convolutional"], True),
        "W7.step": lambda: recurrent(sets["recurrent"]),
        "W8.step": lambda: transformer(sets["transformer"]),
        "W9.jacobian": lambda: jacobian_of_layer(False),
        "W9.jacobianFastest": lambda: jacobian_of_layer(True),
        "W9.hessian": lambda: hessian_of_network(False),
        "W9.hessianFastest": lambda: hessian_of_network(True),
        "W9.product": product_small,
        "W9.productNetwork": product_network,
        "W10.forward": lambda: equations(1000, False),
        "W10.gradient": lambda: equations(1000, True),
        "W10.forward100": lambda: equations(100, False),
        "W10.gradient100": lambda: equations(100, True),
    }

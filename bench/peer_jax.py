"""The same work in idiomatic JAX, jitted: forward and train step, as a peer of `npm run bench -- --compare`.

Requests and answers are those of serve.py.
"""

from functools import partial

import jax
import jax.numpy as jnp

from serve import serve


def init(key, width, layers, heads, hidden, vocabulary):
    keys = iter(jax.random.split(key, 7 * layers + 2))

    def draw(rows, columns):
        return 0.02 * jax.random.normal(next(keys), (rows, columns))

    def layer():
        return {
            **{name: draw(width, width) for name in ("q", "k", "v", "o")},
            **{f"{name}_bias": jnp.zeros(width) for name in ("q", "k", "v")},
            **{name: draw(width, hidden) for name in ("gate", "up")},
            "down": draw(hidden, width),
            "norm": jnp.ones(width),
            "mlp_norm": jnp.ones(width),
        }

    return {
        "embedding": draw(vocabulary, width),
        "layers": [layer() for _ in range(layers)],
        "norm": jnp.ones(width),
        "head": draw(width, vocabulary),
    }


def rms_norm(x, weight):
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + 1e-6) * weight


def rotate(x, cos, sin):
    first, second = jnp.split(x, 2, axis=-1)
    return x * cos + jnp.concatenate((-second, first), axis=-1) * sin


def logits_of(params, ids, heads):
    """Dream's architecture; row i of the logits predicts token i."""
    x = params["embedding"][ids]
    b, t, d = x.shape
    head = d // heads
    angles = jnp.outer(jnp.arange(t), 1e4 ** (-jnp.arange(0, head, 2) / head))
    angles = jnp.concatenate((angles, angles), axis=-1)[:, None]
    cos, sin = jnp.cos(angles), jnp.sin(angles)
    for layer in params["layers"]:
        h = rms_norm(x, layer["norm"])
        q, k, v = ((h @ layer[n] + layer[f"{n}_bias"]).reshape(b, t, heads, head) for n in ("q", "k", "v"))
        y = jax.nn.dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v)
        x = x + y.reshape(b, t, d) @ layer["o"]
        h = rms_norm(x, layer["mlp_norm"])
        x = x + (jax.nn.silu(h @ layer["gate"]) * (h @ layer["up"])) @ layer["down"]
    hidden = rms_norm(x, params["norm"])
    return jnp.concatenate((hidden[:, :1], hidden[:, :-1]), axis=1) @ params["head"]


def loss_of(params, noised, ids, weights, heads):
    logps = jax.nn.log_softmax(logits_of(params, noised, heads))
    own = jnp.take_along_axis(logps, ids[..., None], axis=-1)[..., 0]
    return -(own * weights).sum() / ids.size


@partial(jax.jit, static_argnames="heads", donate_argnums=0)
def train_step(state, noised, ids, weights, heads, rate=1e-4, b1=0.9, b2=0.98, decay=0.01):
    """AdamW with gradients clipped to norm 1."""
    params, first, second, step = state
    gradients = jax.grad(loss_of)(params, noised, ids, weights, heads)
    norm = jnp.sqrt(sum((g * g).sum() for g in jax.tree.leaves(gradients)))
    gradients = jax.tree.map(lambda g: g * jnp.minimum(1, 1 / (norm + 1e-6)), gradients)
    step = step + 1
    first = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, first, gradients)
    second = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, second, gradients)

    def updated(p, m, v):
        return p * (1 - rate * decay) - rate * (m / (1 - b1**step)) / (jnp.sqrt(v / (1 - b2**step)) + 1e-8)

    return jax.tree.map(updated, params, first, second), first, second, step


class Work:
    """One size: parameters, moments and fixed random data."""

    def __init__(self, size):
        keys = ("width", "layers", "heads", "hidden", "vocabulary")
        self.heads = size["heads"]
        key, other = jax.random.split(jax.random.key(0))
        self.params = init(key, *(size[name] for name in keys))
        zeros = jax.tree.map(jnp.zeros_like, self.params)
        copies = (jax.tree.map(jnp.copy, tree) for tree in (self.params, zeros, zeros))
        self.state = (*copies, jnp.zeros((), jnp.int32))
        b, t = size["batch"], size["length"]
        mask_id = size["vocabulary"] - 1
        self.ids = jax.random.randint(other, (b, t), 0, mask_id)
        ratio = ((jnp.arange(b) + 0.5) / b)[:, None]
        masked = jax.random.uniform(key, (b, t)) < ratio
        self.noised, self.weights = jnp.where(masked, mask_id, self.ids), jnp.where(masked, 1 / ratio, 0)
        self.call = jax.jit(logits_of, static_argnames="heads")

    def forward(self):
        self.call(self.params, self.ids, heads=self.heads).block_until_ready()

    def train(self):
        self.state = train_step(self.state, self.noised, self.ids, self.weights, heads=self.heads)
        jax.block_until_ready(self.state)


if __name__ == "__main__":
    serve({"version": jax.__version__}, lambda request: Work(request["size"]))

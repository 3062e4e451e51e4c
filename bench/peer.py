"""The same work in idiomatic PyTorch, as a peer of `npm run bench`.

It is started twice by the bench, once as the wheel is and once with a preloaded library that lets MKL run at full speed on
AMD processors. Requests are those of serve.py; "compile" asks for torch.compile, "bfloat16" for autocast.
"""

import sys
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import nn

from serve import serve


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(width, width) for _ in range(3))
        self.o_proj = nn.Linear(width, width, bias=False)

    def forward(self, x, cos, sin):
        b, t, d = x.shape
        q, k, v = (
            p(x).view(b, t, self.heads, d // self.heads).transpose(1, 2)
            for p in (self.q_proj, self.k_proj, self.v_proj)
        )
        y = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v)
        return self.o_proj(y.transpose(1, 2).reshape(b, t, d))


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


class Layer(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.input_layernorm = nn.RMSNorm(width, eps=1e-6)
        self.self_attn = Attention(width, heads)
        self.post_attention_layernorm = nn.RMSNorm(width, eps=1e-6)
        self.gate_proj, self.up_proj = (nn.Linear(width, hidden, bias=False) for _ in range(2))
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x, cos, sin):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        h = self.post_attention_layernorm(x)
        return x + self.down_proj(F.silu(self.gate_proj(h)) * self.up_proj(h))


class Denoiser(nn.Module):
    """Dream's architecture; row i of the logits predicts token i."""

    def __init__(self, width, layers, heads, hidden, vocabulary, length):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocabulary, width)
        self.layers = nn.ModuleList(Layer(width, heads, hidden) for _ in range(layers))
        self.norm = nn.RMSNorm(width, eps=1e-6)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        head = width // heads
        angles = torch.outer(torch.arange(length), 1e4 ** (-torch.arange(0, head, 2) / head))
        angles = torch.cat((angles, angles), dim=-1)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def forward(self, ids):
        x = self.embed_tokens(ids)
        cos, sin = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
        for layer in self.layers:
            x = layer(x, cos, sin)
        hidden = self.norm(x)
        return self.lm_head(torch.cat((hidden[:, :1], hidden[:, :-1]), dim=1))


class Work:
    """One size: a model, an optimiser and the four kinds of work on fixed random data."""

    def __init__(self, size, compiled, bfloat16):
        torch.manual_seed(0)
        keys = ("width", "layers", "heads", "hidden", "vocabulary", "length")
        self.size, self.mask_id = size, size["vocabulary"] - 1
        self.model = Denoiser(*(size[key] for key in keys))
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4, betas=(0.9, 0.98), weight_decay=0.01)
        self.network = torch.compile(self.model) if compiled else self.model
        self.bfloat16 = bfloat16
        b, t = size["batch"], size["length"]
        self.ids = torch.randint(0, self.mask_id, (b, t))
        self.ratio = (torch.arange(b) + 0.5) / b
        self.masked = torch.rand(b, t) < self.ratio[:, None]
        self.prompt = size["prompt"]

    def call(self, ids):
        """Logits; what is made of them is float32 in either precision."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            logits = self.network(ids)
        return logits.float()

    @torch.no_grad()
    def forward(self):
        self.call(self.ids)

    def train(self):
        logits = self.call(self.ids.masked_fill(self.masked, self.mask_id))
        losses = F.cross_entropy(logits[self.masked], self.ids[self.masked], reduction="none")
        weights = (1 / self.ratio)[:, None].expand_as(self.masked)[self.masked]
        self.step((losses * weights).sum() / self.ids.numel())

    def step(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()

    @torch.no_grad()
    def decode(self, temperature=0.2):
        x = self.ids.clone()
        x[:, self.prompt :] = self.mask_id
        for _ in range(x.shape[1] - self.prompt):
            masked = x == self.mask_id
            logits = self.call(x)[masked] / temperature
            logits[:, self.mask_id] = -torch.inf
            probabilities = torch.softmax(logits, dim=-1)
            negative_entropy = (probabilities * torch.log(probabilities + 1e-10)).sum(dim=-1)
            confidence = torch.full(x.shape, -torch.inf)
            confidence[masked] = negative_entropy
            proposed = x.clone()
            proposed[masked] = torch.multinomial(probabilities, num_samples=1)[:, 0]
            surest = confidence.argmax(dim=1, keepdim=True)
            x.scatter_(1, surest, proposed.gather(1, surest))

    def grpo(self, t=0.5, clip=0.5, beta=0.01):
        """Coupled estimate of per-token log-probabilities (DiffuCoder section 5), clipped loss, update."""
        completion = self.ids[:, self.prompt :]
        mask = torch.rand(completion.shape) < t
        passes = []
        for noised in (torch.ones_like(mask), mask, ~mask):
            passes.append(torch.cat((self.ids[:, : self.prompt], completion.masked_fill(noised, self.mask_id)), dim=1))
        logits = self.call(torch.cat(passes))[:, self.prompt :]
        logps = torch.log_softmax(logits, dim=-1).gather(-1, completion.repeat(3, 1)[..., None])[..., 0]
        full, one, other = logps.chunk(3)
        new = (full + torch.where(mask, one / t, other / (1 - t))) / 2
        old = new.detach() - 0.1
        ratio = torch.exp(new - old)
        advantages = torch.linspace(-1, 1, len(new))[:, None]
        gain = torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)
        kl = torch.exp(old - new) - (old - new) - 1
        self.step((beta * kl - gain).mean())

    def product(self):
        """Six products of [6144, 256] and [256, 768]: the machine's own limit, in the same run."""
        left, right, result = self.operands
        for _ in range(6):
            torch.mm(left, right, out=result)

    @cached_property
    def operands(self):
        kind = torch.bfloat16 if self.bfloat16 else torch.float32
        return [m.to(kind) for m in (torch.rand(6144, 256), torch.rand(256, 768), torch.empty(6144, 768))]


def main():
    torch.set_num_threads(int(sys.argv[1]))
    greeting = {"version": torch.__version__, "threads": torch.get_num_threads()}
    options = ("compile", "bfloat16")
    serve(greeting, lambda request: Work(request["size"], *(request.get(name, False) for name in options)))


if __name__ == "__main__":
    main()

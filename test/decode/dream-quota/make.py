"""Dream's tokens a step as PyTorch computes them, for every length to 1,024 and every number of steps to 4,096.

python make.py OUT.json [--all] writes the reference; with --all also one hash over all 4,194,304 schedules (minutes).
The formula is that of Dream's public generation code: times are torch.linspace(1, eps, steps + 1) in float32, and of the
masked tokens int(masked * (1 - s / t)) are taken at each step, all at the last.
"""

import hashlib
import json
import sys

import torch

EPS = 1e-3
LENGTHS, STEPS, GROUP = 1024, 4096, 64
WHOLE = [1, 2, 3, 7, 16, 31, 64, 100, 127, 128, 255, 256, 333, 512, 513, 768, 1000, 1024, 1025, 1536, 2047, 2048, 3000, 4096]
ROWS = [(1024, 2048), (1024, 1024), (1000, 777), (512, 2048), (37, 41)]


def probabilities(steps):
    """float32 [steps]: the share of the masked tokens that each step takes; 1 at the last."""
    times = torch.linspace(1, EPS, steps + 1)
    return torch.cat([1 - times[1:-1] / times[:-2], torch.ones(1)])


def schedules(steps):
    """int16 [steps, LENGTHS]: tokens a step, column n - 1 for n masked tokens at the start."""
    masked = torch.arange(1, LENGTHS + 1, dtype=torch.float32)
    counts = torch.empty(steps, LENGTHS, dtype=torch.int16)
    for i, share in enumerate(probabilities(steps)):
        taken = masked if i == steps - 1 else (masked * share).trunc()
        counts[i] = taken.to(torch.int16)
        masked = masked - taken
    return counts


def digest(*arrays):
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(array.contiguous().numpy().tobytes())
    return sha.hexdigest()[:16]


torch.set_num_threads(1)
groups = [range(first, first + GROUP) for first in range(1, STEPS + 1, GROUP)]
reference = {
    "torch": torch.__version__,
    "lengths": LENGTHS,
    "group": GROUP,
    "probabilities": [digest(*map(probabilities, group)) for group in groups],
    "counts": {steps: digest(schedules(steps)) for steps in WHOLE},
    "rows": [
        {"masked": n, "steps": steps, "counts": schedules(steps)[:, n - 1].tolist()} for n, steps in ROWS
    ],
}
if "--all" in sys.argv:
    reference["all"] = digest(*map(schedules, range(1, STEPS + 1)))
with open(sys.argv[1], "w") as out:
    json.dump(reference, out, indent=None, separators=(",", ":"))
    out.write("\n")

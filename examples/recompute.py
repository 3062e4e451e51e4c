"""Five claims recomputed in Python from the shipped logs, sharing no line with the library.

    pip install pyarrow
    python examples/recompute.py

Each is a mean over problems, then over training seeds, with Student's t interval over the seeds. Prints what
was published beside what comes out, and ends with 1 where they differ.
"""

import json
import math
import sys
from collections import defaultdict
from pathlib import Path

import pyarrow.ipc

root = Path(__file__).resolve().parent.parent
T_95 = {2: 4.302653, 3: 3.182446, 4: 2.776445}  # Student's t, 97.5%, by degrees of freedom


def rows(figure, log, **wanted):
    """Rows of the logs that a figure names, those with the wanted values."""
    sources = json.loads((root / "figures" / f"{figure}.json").read_text())["caption"]["source"]
    for source in dict.fromkeys(sources):
        path = root / source / f"{log}.arrow"
        for row in pyarrow.ipc.open_stream(path).read_all().to_pylist():
            if all(row[name] == value for name, value in wanted.items()):
                yield row


def by_seed(values):
    """Mean over problems of each seed, from (seed, problem, value); samples of a problem are averaged first."""
    problems = defaultdict(list)
    for seed, problem, value in values:
        problems[seed, problem].append(value)
    seeds = defaultdict(list)
    for (seed, _), of_problem in problems.items():
        seeds[seed].append(sum(of_problem) / len(of_problem))
    return {seed: sum(means) / len(means) for seed, means in seeds.items()}


def minus(a, b):
    return {seed: a[seed] - b[seed] for seed in a}


def interval(seeds):
    """Mean and 95% interval over seeds."""
    n, mean = len(seeds), sum(seeds.values()) / len(seeds)
    deviation = math.sqrt(sum((x - mean) ** 2 for x in seeds.values()) / (n - 1))
    return mean, mean - T_95[n - 1] * deviation / math.sqrt(n), mean + T_95[n - 1] * deviation / math.sqrt(n)


public = {"temperature": 0.2, "top_p": 0.95, "remasking": "neg-entropy"}


def ties():
    """Share of the steps at which there was a choice that equal scores decided."""
    found = rows("ties-share", "samples", tie_rule="leftmost", **public)
    return by_seed(
        (r["seed"], r["problem"], r["tie_steps"] / r["choice_steps"]) for r in found if r["choice_steps"] > 0
    )


def ties_order():
    """pass@1 of leftmost minus random ties."""

    def solved(rule):
        found = rows("ties-orders", "samples", tie_rule=rule, **public)
        return by_seed((r["seed"], r["problem"], float(r["passed_base"])) for r in found)

    return minus(solved("leftmost"), solved("random"))


def f3_adapted():
    """Local AR-ness@1 up to the end token: how often the token right of the last one is next."""

    def local(row):
        order = [p for p in row["order"] if p < row["completion_length"]]
        if not row["order"]:
            return row["local_arness_eos"][0]  # of runs whose order is not shipped
        hits = [now == before + 1 for before, now in zip([-1] + order, order)]
        return sum(hits) / len(hits) if hits else math.nan

    def of(checkpoint):
        found = rows("f3-ar-ness", "samples", checkpoint=checkpoint, task="minipy", tie_rule="leftmost", **public)
        values = [(r["seed"], r["problem"], local(r)) for r in found]
        return by_seed(v for v in values if not math.isnan(v[2]))

    return minus(of("instruct"), of("scratch-instruct"))


def f6_hot():
    """pass@10 minus pass@1 of the instruct model at T 1, the unbiased estimates of each problem."""
    samples = defaultdict(list)
    for r in rows("f6-pass-at-k", "samples", checkpoint="instruct", temperature=1):
        samples[r["seed"], r["problem"]].append(r["passed_base"])

    def pass_at(k, passed):
        n, c = len(passed), sum(passed)
        return 1 - math.comb(n - c, k) / math.comb(n, k)

    return by_seed((*key, pass_at(10, passed) - pass_at(1, passed)) for key, passed in samples.items())


def n11_shift():
    """Validation loss at the last step without the shift, minus with it; attention full from the start."""

    def loss(recipe):
        found = list(rows("n11-annealing", "validation", recipe=recipe))
        last = max(r["step"] for r in found)
        return by_seed((r["seed"], r["problem"], r["loss"]) for r in found if r["step"] == last)

    return minus(loss("n11-no-shift-abrupt"), loss("n11-shift-abrupt"))


published = {c["id"]: c for c in json.loads((root / "figures" / "claims.json").read_text())}
claims = {"TIES": ties, "TIES-order": ties_order, "F3-adapted": f3_adapted, "F6-hot": f6_hot, "N11-shift": n11_shift}
agree = True
for name, recompute in claims.items():
    ours = [published[name][part] for part in ("measured", "lower", "upper")]
    here = interval(recompute())
    same = all(abs(a - b) < 1e-5 for a, b in zip(ours, here))
    agree = agree and same
    said = "{:.4f} [{:.4f}, {:.4f}]"
    print(f"{name:11s} published {said.format(*ours)}  here {said.format(*here)}  {'same' if same else 'DIFFERENT'}")
sys.exit(0 if agree else 1)

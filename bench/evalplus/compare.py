"""Grades the same answers with EvalPlus 0.3.1 and with `npm run evaluate`, and prints where they differ.

    python3.11 -m venv VENV && VENV/bin/pip install --no-deps evalplus==0.3.1
    VENV/bin/pip install numpy psutil tqdm termcolor rich appdirs wget tempdir multipledispatch fire tree-sitter tree-sitter-python
    VENV/bin/python bench/evalplus/compare.py --humaneval HumanEval.jsonl.gz --mbpp mbpp.jsonl.gz --out DIR [--answers 2400 --seed 0 --repeat 3]

EvalPlus 0.3.1 passes no answer to HumanEval/32: it does not count the inputs that its oracle accepts (unsafe_execute
goes on to the next one before it has noted this one), and answers to it that are right differ.

Problems and answers are written to DIR, so that a difference can be looked at: problems in EvalPlus's form, with inputs
recorded from the public tests, and answers made from the reference solutions (answers.py). Linux, Python 3.11.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from answers import answer_kinds, make_answer
from evalplus.eval import PASS, untrusted_check
from evalplus.eval._special_oracle import MBPP_OUTPUT_NOT_NONE_TASKS
from evalplus.gen.util import trusted_exec
from problems import humaneval_problems, mbpp_problems, runtime_inputs

ROOT = Path(__file__).resolve().parents[2]
READ_LOG = """
import { readLog } from "./dist/lib/log/log-reader.js";
for (const r of readLog(process.argv[1] + "/samples.arrow", "answers").rows())
  console.log(JSON.stringify([r.problem, r.sample, r.passedBase, r.passedPlus, r.outcome, r.error, r.shared]));
"""


def draw_answers(problems, count, rng):
    """Every kind in turn, each time for another problem, until there are enough."""
    answers, seen = [], set()
    while len(answers) < count:
        for kind in answer_kinds():
            problem = rng.choice(problems)
            solution = make_answer(problem, kind, rng)
            if solution is not None and (problem["task_id"], solution) not in seen:
                seen.add((problem["task_id"], solution))
                answers.append({"task_id": problem["task_id"], "solution": solution, "kind": kind})
    return answers[:count]


def evalplus_verdicts(benchmark, problems, answers, workers):
    """[base, plus] an answer, as evalplus.evaluate's check_correctness has it."""
    known = {problem["task_id"]: with_expected(benchmark, problem) for problem in problems}
    with ProcessPoolExecutor(workers) as pool:
        jobs = [pool.submit(check, benchmark, known[a["task_id"]], a["solution"]) for a in answers]
        return [job.result() for job in jobs]


def with_expected(benchmark, problem):
    suites = {}
    for suite in ("base_input", "plus_input"):
        inputs = runtime_inputs(benchmark, problem, suite)
        code, entry = problem["prompt"] + problem["canonical_solution"], problem["entry_point"]
        not_none = benchmark == "mbpp" and entry in MBPP_OUTPUT_NOT_NONE_TASKS
        suites[suite] = (inputs, *trusted_exec(code, inputs, entry, record_time=True, output_not_none=not_none))
    return {**problem, "suites": suites}


def check(benchmark, problem, solution):
    passed = []
    for inputs, expected, seconds in problem["suites"].values():
        status, _ = untrusted_check(
            benchmark, solution, inputs, problem["entry_point"], expected, problem["atol"], seconds, fast_check=True
        )
        passed.append(status == PASS)
    return [passed[0], all(passed)]


def our_verdicts(benchmark, problems_file, answers_file, seconds):
    """[problem, sample, base, plus, outcome, error, shared] an answer, in the order of the file."""
    command = ["node", "dist/cli/evaluate.js", "--task", benchmark]
    command += ["--file", str(problems_file), "--completions", str(answers_file), "--timeout", str(seconds)]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    print(run.stdout, end="", flush=True)
    folder = re.search(r"^log: (.*)$", run.stdout, re.M)[1]
    read = ["node", "--input-type=module", "-e", READ_LOG, folder]
    rows = subprocess.run(read, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    shutil.rmtree(folder)  # so that the next time grades anew
    return [json.loads(row) for row in rows]


def write_rows(file, rows):
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def compare(benchmark, problems, options):
    """(answers, differences) of one benchmark."""
    answers = draw_answers(problems, options.answers // 2, random.Random(f"{benchmark} {options.seed}"))
    problems_file = write_rows(options.out / f"{benchmark}-problems.jsonl", problems)
    answers_file = write_rows(options.out / f"{benchmark}-answers.jsonl", answers)
    ours = [our_verdicts(benchmark, problems_file, answers_file, options.seconds) for _ in range(options.repeat)]
    theirs = evalplus_verdicts(benchmark, problems, answers, options.workers)
    unsteady = sum(len({tuple(run[i][2:5]) for run in ours}) > 1 for i in range(len(answers)))
    differing = [i for i in range(len(answers)) if theirs[i] != ours[0][i][2:4]]
    for i in differing:
        row = {**answers[i], "evalplus": theirs[i], "ours": ours[0][i][2:]}
        print(json.dumps(row), flush=True)
    kinds = Counter(answers[i]["kind"] for i in differing)
    passed = [sum(verdict[k] for verdict in theirs) for k in (0, 1)]
    print(f"{benchmark}: {len(problems)} problems, {len(answers)} answers, of which EvalPlus passes {passed[0]} on base, {passed[1]} on plus")
    print(f"{benchmark}: {len(answers) - len(differing)} agree, {len(differing)} differ {dict(kinds)}")
    print(f"{benchmark}: {unsteady} verdicts differ between {options.repeat} runs of ours", flush=True)
    return len(answers), len(differing)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--humaneval")
    parser.add_argument("--mbpp")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--answers", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60, help="of an answer in our sandbox; EvalPlus gives an input a second")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    counts = []
    if options.humaneval:
        counts.append(compare("humaneval", humaneval_problems(options.humaneval), options))
    if options.mbpp:
        counts.append(compare("mbpp", mbpp_problems(options.mbpp), options))
    total, differing = map(sum, zip(*counts))
    print(f"agreement: {total - differing} of {total} ({100 * (total - differing) / total:.2f}%)")


if __name__ == "__main__":
    main()

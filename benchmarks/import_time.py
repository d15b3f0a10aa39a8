"""What does ``import minixai`` cost beside ``import numpy``, and what does it load?

Each import runs in a fresh process with warm files, the statements by turns; the clock runs
inside the process, around the import alone, so that the interpreter's own start does not blur
the ratio. Then every package's public names are imported, and it is printed which of numba,
pandas, matplotlib and scipy that loads: none should.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.timing import describe_machine

STATEMENTS = (
    "import numpy",
    "import minixai",
    "from minixai import run_study",
    "from minixai.data import Table, TableEncoder, make_shop",
    "from minixai.linear import LinearRegression",
    "from minixai.neural import MLPClassifier",
    "from minixai.explain import permutation_importance",
    "from minixai.compression import prune, quantize",
)
HEAVY = ("numba", "llvmlite", "pandas", "matplotlib", "scipy")
_PROGRAM = """
import json, sys, time
start = time.perf_counter()
{statement}
spent = time.perf_counter() - start
loaded = [name for name in {heavy!r} if name in sys.modules]
ours = sum(name.split(".")[0] == "minixai" for name in sys.modules)
print(json.dumps([spent, len(sys.modules), ours, loaded]))
"""


def import_once(statement: str) -> tuple[float, int, int, list[str]]:
    """Return seconds, modules, modules of minixai and heavy packages of one fresh process."""
    program = _PROGRAM.format(statement=statement, heavy=HEAVY)
    output = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, check=True
    ).stdout
    spent, n_modules, n_ours, loaded = json.loads(output)
    return spent, n_modules, n_ours, loaded


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the benchmark; return each statement's ratio and what heavy packages it loads."""
    parser = argparse.ArgumentParser(prog="benchmarks import_time", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two statements, two rounds")
    options = parser.parse_args(arguments)
    statements = STATEMENTS[:2] if options.quick else STATEMENTS
    n_rounds = 2 if options.quick else 21
    print(describe_machine([]))
    facts = {statement: import_once(statement)[1:] for statement in statements}
    rounds = []
    for i in range(n_rounds):
        order = statements[:: 1 if i % 2 else -1]
        spent = {statement: import_once(statement)[0] for statement in order}
        rounds.append([spent[statement] for statement in statements])
    times = np.array(rounds)
    ratios = np.median(times / times[:, :1], axis=0)
    width = max(map(len, statements))
    print(f"\n{'':<{width}}  median        quartiles  x numpy  modules  of minixai  heavy")
    for j, statement in enumerate(statements):
        low, middle, high = np.percentile(times[:, j], [25, 50, 75]) * 1e3
        n_modules, n_ours, loaded = facts[statement]
        print(
            f"{statement:<{width}}  {middle:>3.0f} ms  {low:>6.0f} - {high:>3.0f} ms  "
            f"{ratios[j]:>7.2f}  {n_modules:>7}  {n_ours:>10}  {', '.join(loaded) or 'none'}"
        )
    return {
        statement: {"ratio": float(ratios[j]), "loaded": facts[statement][2]}
        for j, statement in enumerate(statements)
    }

"""Measures evalkit and PyTorch side by side on this machine, network by network.

    python3 Tools/bench_run.py --evalkit PROGRAM --python PYTHON --output DIR [--seconds S] [--fixtures DIR]
        [--checkouts DIR] [NETWORK ... | all]

writes DIR/networks.json, DIR/host.json and, where fixtures are given, DIR/start.json. Every network is
measured in a process of its own, evalkit and PyTorch by turns, so that both meet the same machine in the
same state. Those with a floor in Tools/bench_report.py are measured unless others are named. PYTHON has
torch; this script itself needs nothing but Python.

networks.json: {"schema": 1, "date", "pytorch": {versions, "threads"}, "evalkit": {machine, tool, jobs},
"peaks": [...], "networks": {NETWORK: {"evalkit": RESULT, "pytorch": RESULT or null}}} with the results of
`evalkit bench --json` and Tools/bench_pytorch.py. host.json: `evalkit bench --json` of everything else.
start.json: {"schema": 1, "checks": [{"name", "limit": s, "minimum": s, "median": s, "repeats"}]}.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from bench_report import FLOORS

TOOLS = pathlib.Path(__file__).resolve().parent
START_REPEATS = 10


def run(command):
    """A command's JSON; its diagnostics go on to stderr."""
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def listed(evalkit, kind):
    found = run([evalkit, "bench", "--list", "--json"])
    return [subject["name"] for subject in found if subject["kind"] == kind]


def networks(options, write):
    """Both programs on every network, by turns; what is measured so far is written each time."""
    names = listed(options.evalkit, "network")
    if options.networks != ["all"]:
        wanted = options.networks or [*FLOORS, "mobilefacenet"]
        names = [name for name in names if name in wanted]
    seconds = ["--seconds", str(options.seconds)]
    result = {"schema": 1, "date": datetime.date.today().isoformat(), "peaks": [], "networks": {}}

    def evalkit(name):
        found = run([options.evalkit, "bench", "--json", "--quiet", *seconds, name])
        (measured,) = found.pop("benchmarks")
        result["peaks"].append(found.pop("peak"))
        result["evalkit"] = found
        return measured

    script = [options.python, str(TOOLS / "bench_pytorch.py")]
    if options.checkouts:
        script += ["--checkouts", str(options.checkouts)]
    known = run([*script, "--list"])

    def pytorch(name):
        if name not in known:
            return None
        found = run([*script, *seconds, name])
        (measured,) = found.pop("networks").values()
        result["pytorch"] = found
        return measured

    for position, name in enumerate(names):
        say(f"{name} ({position + 1} of {len(names)})")
        turns = [("evalkit", evalkit), ("pytorch", pytorch)]
        # Whoever comes second finds the machine warm; so each comes second half of the time.
        found = {program: measure(name) for program, measure in turns[:: 1 - 2 * (position % 2)]}
        result["networks"][name] = found
        write("networks", result)


def repeated(name, limit, command, before=lambda: None):
    """How long a process takes from start to end."""
    times = []
    for _ in range(START_REPEATS):
        before()
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return {
        "name": name,
        "limit": limit,
        "minimum": min(times),
        "median": statistics.median(times),
        "repeats": len(times),
    }


def start(options):
    """What a person waits for before anything is computed."""
    evalkit = options.evalkit
    checks = [repeated("`evalkit --help`", 0.05, [evalkit, "--help"])]
    with tempfile.TemporaryDirectory(prefix="evalkit-start-") as folder:
        work = pathlib.Path(folder)
        weights, results = work / "weights", work / "Results"
        say("making weights")
        subprocess.run(
            [options.python, str(TOOLS / "bench_weights.py"), "--fixtures", str(options.fixtures)]
            + [str(weights)],
            check=True,
        )
        for side, picture in (("real", "ex_ref.png"), ("made", "ex_p0.png")):
            (work / side).mkdir()
            shutil.copyfile(options.fixtures / "lpips" / picture, work / side / "pair.png")
        score = [
            *(evalkit, "score", "--reference", str(work / "real")),
            *("--generated", str(work / "made"), "--metrics", "lpips-alex"),
            *("--weights", f"published:{weights}", "--results", str(results), "--json", "--quiet"),
        ]

        def forget():
            shutil.rmtree(results, ignore_errors=True)

        checks.append(repeated("one pair with LPIPS-alex, empty database", 0.3, score, forget))
        model = weights / "ViT-B-32.pt"
        size = model.stat().st_size / 1e6
        checks.append(
            repeated(
                f"`evalkit weights inspect` of {size:.0f} MB, SHA-256 included",
                None,
                [evalkit, "weights", "inspect", str(model)],
            )
        )
        names = {network["name"] for network in run([evalkit, "networks", "--json"])}
        if "clip-vit-b32" in names:
            features = [
                *(evalkit, "features", "--network", "clip-vit-b32", "--checkpoint", str(model)),
                *("--preprocess", "clip-224"),
                *("--images", str(work / "real"), "--output", str(work / "one.npy")),
            ]
            checks.append(
                repeated(
                    f"CLIP features of one image: open {size:.0f} MB, bind, pack, run", None, features
                )
            )
    return {"schema": 1, "checks": checks}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evalkit", required=True, type=os.path.abspath, metavar="PROGRAM")
    parser.add_argument("--python", required=True, metavar="PYTHON")
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="DIR")
    parser.add_argument("--fixtures", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--checkouts", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--seconds", type=float, default=2, help="for each number, at least")
    parser.add_argument("networks", nargs="*", metavar="NETWORK")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)

    def write(name, result):
        (options.output / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")

    networks(options, write)
    say("metrics and image operations")
    host = listed(options.evalkit, "host")
    seconds = ["--seconds", str(options.seconds / 2)]
    write("host", run([options.evalkit, "bench", "--json", "--quiet", *seconds, *host]))
    if options.fixtures and options.fixtures.is_dir():
        say("starting")
        write("start", start(options))


if __name__ == "__main__":
    main()

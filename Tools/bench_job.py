"""Times the whole job of a nightly evaluation, in evalkit and in the Python stack of today.

    python3 Tools/bench_job.py --evalkit PROGRAM --fixtures DIR --output FILE.json [--count 2000]
        [--side evalkit|python]

FID, LPIPS (AlexNet), MS-SSIM, identity (IR-SE50), pixel accuracy and mean IoU (BiSeNet) of N faces
against N, and their CLIP ViT-B/32 features, from files to scores, on a work folder that it makes
(Tools/bench_faces.py, Tools/bench_weights.py) and removes unless --work names one to keep. The Python
stack is pytorch-fid as shipped and Tools/bench_stack.py, one process a tool. evalkit runs cold, then once
more on the unchanged folders. --side measures one of the two and keeps what FILE.json says of the other,
if it is of as many faces: Python's side of 2,000 takes half an hour and changes only with PyTorch.

Writes JSON: {"schema": 1, "count": N, "python": [STEP…], "evalkit": [STEP…], "again": [STEP…]}, where a
STEP is {"name", "seconds", "processorSeconds", "peakMemory", "scores"}; peakMemory is that of the largest
process, without its workers, in bytes. Run it with the Python that has torch, pytorch-fid, lpips and
pytorch-msssim. CLIP is left out on both sides, and "without" says so, while evalkit does not know it.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

TOOLS = pathlib.Path(__file__).resolve().parent
METRICS = "fid,lpips-alex,ms-ssim,id,accuracy,miou"
CLIP = "clip-vit-b32"


def measured(name, command, environment, log, scores):
    """Runs a command to its end; what it took, and the scores in its output."""
    print(f"job: {name}", file=sys.stderr, flush=True)
    with open(log, "w") as errors, tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        # The process is gone; Popen must not wait for it again.
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        sys.exit(f"job: {name} ended with {process.returncode}:\n{log.read_text()[-2000:]}")
    return {
        "name": name,
        "seconds": seconds,
        "processorSeconds": usage.ru_utime + usage.ru_stime,
        "peakMemory": usage.ru_maxrss * 1024,
        "scores": scores(text),
    }


class Job:
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.weights = work / "hub" / "checkpoints"
        self.environment = os.environ | {"TORCH_HOME": str(work)}
        listed = subprocess.run(
            [options.evalkit, "networks", "--json"], capture_output=True, check=True, text=True
        )
        self.has_clip = CLIP in {network["name"] for network in json.loads(listed.stdout)}

    def prepare(self):
        fixtures = ["--fixtures", str(self.options.fixtures)]
        count = ["--count", str(self.options.count)]
        for name, further in (("weights", [str(self.weights)]), ("faces", [*count, str(self.work)])):
            print(f"job: making {name}", file=sys.stderr, flush=True)
            subprocess.run(
                [sys.executable, str(TOOLS / f"bench_{name}.py"), *fixtures, *further], check=True
            )

    def run(self, name, command, scores):
        return measured(name, command, self.environment, self.work / "log", scores)

    def python(self):
        folders = {name: str(self.work / name) for name in ("real", "made", "masks")}

        def distance(text):
            return {"fid": float(re.search(r"FID:\s*(\S+)", text)[1])}

        fid = [sys.executable, "-m", "pytorch_fid", folders["real"], folders["made"]]
        steps = [self.run("pytorch-fid", fid, distance)]
        stack = [sys.executable, str(TOOLS / "bench_stack.py")]
        for name, folder in (folders | {"weights": str(self.weights)}).items():
            stack += [f"--{name}", folder]
        for tool in ["lpips", "ms-ssim", "id", "parser"] + ["clip"] * self.has_clip:
            steps.append(self.run(tool, [*stack, tool], lambda text: json.loads(text)))
        return steps

    def evalkit(self):
        def values(text):
            return {name: found["value"] for name, found in json.loads(text)["metrics"].items()}

        def norm(_):
            import numpy

            features = numpy.load(self.work / "clip.npy")
            return {"clip-mean-norm": float(numpy.linalg.norm(features, axis=1).mean())}

        score = [
            *(self.options.evalkit, "score", "--reference", str(self.work / "real")),
            *("--generated", str(self.work / "made"), "--masks", str(self.work / "masks")),
            *("--metrics", METRICS, "--parser", "bisenet", "--id-network", "ir-se50"),
            *("--weights", f"published:{self.weights}", "--results", str(self.work / "Results")),
            *("--json", "--quiet"),
        ]
        steps = [self.run("evalkit score", score, values)]
        if self.has_clip:
            features = [
                *(self.options.evalkit, "features", "--network", CLIP),
                *("--checkpoint", str(self.weights / "ViT-B-32.pt"), "--preprocess", "clip-224"),
                *("--images", str(self.work / "made"), "--output", str(self.work / "clip.npy")),
            ]
            steps.append(self.run("evalkit features", features, norm))
        return steps


def earlier(options):
    """What was measured before and stays: the other side, of as many faces."""
    if options.side is None or not options.output.exists():
        return {}
    result = json.loads(options.output.read_text())
    return result if result["count"] == options.count else {}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evalkit", required=True, type=os.path.abspath, metavar="PROGRAM")
    parser.add_argument("--fixtures", required=True, type=pathlib.Path, metavar="DIR")
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="FILE")
    parser.add_argument("--count", type=int, default=2000, help="faces on each side")
    parser.add_argument("--side", choices=["evalkit", "python"], help="measure this one only")
    parser.add_argument("--work", type=pathlib.Path, help="folder to keep", metavar="DIR")
    options = parser.parse_args()
    work = (options.work or pathlib.Path(tempfile.mkdtemp(prefix="evalkit-job-"))).resolve()
    try:
        job = Job(options, work)
        job.prepare()
        # What an earlier job in a kept folder measured would make this one warm.
        shutil.rmtree(work / "Results", ignore_errors=True)
        result = earlier(options) | {
            "schema": 1,
            "count": options.count,
            "without": [] if job.has_clip else [CLIP],
        }
        if options.side != "python":
            result |= {"evalkit": job.evalkit(), "again": job.evalkit()[:1]}
        if options.side != "evalkit":
            result["python"] = job.python()
        options.output.write_text(json.dumps(result, indent=1) + "\n")
    finally:
        if not options.work:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()

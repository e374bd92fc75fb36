"""Writes Reports/speed.md from what Tools/bench_run.py and Tools/bench_job.py measured.

    python3 Tools/bench_report.py --input DIR --output FILE.md

Reads DIR/networks.json, host.json, start.json, job.json, of which all but the first may be missing, and
Tools/bench_notes.md, whose paragraphs say what holds each network back. Needs nothing but Python.
"""

import argparse
import json
import pathlib
import statistics

TOOLS = pathlib.Path(__file__).resolve().parent

# PyTorch's best time divided by evalkit's, at least.
FLOORS = {
    "vgg16": 2.0,
    "bisenet": 2.0,
    "clip-rn50x16": 2.0,
    "ir-se50": 1.8,
    "iresnet50": 1.8,
    "clip-vit-b32": 1.8,
    "celebamask-unet": 1.6,
    "squeezenet1_1": 1.5,
    "inception-fid": 1.3,
    "alexnet": 1.1,
    "clip-vit-b16": 1.1,
    "ddpm-celebahq": 2.0,
    "adm-ffhq": 1.8,
    "sdg-step": 1.8,
    "ldm-collaborative": 2.0,
    "dynamic-diffuser": 2.0,
    "kl-f4": 2.0,
    "sca-dm-unet": 1.8,
}
VARIANTS = ["eager", "channels-last", "compiled", "compiled channels-last"]


def number(value, digits=3):
    """So many digits that matter; `–` for what is not known."""
    if value is None:
        return "–"
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return f"{value:,.{max(0, digits - whole)}f}"


def memory(value):
    return "–" if value is None else f"{value / 1e6:,.0f} MB"


def table(heading, rows):
    """A Markdown table; the first column is text, the others stand right."""
    lines = [heading, ["---"] + ["---:"] * (len(heading) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def best(pytorch, batches):
    """The shortest of PyTorch's times: (ms an image, variant, batch)."""
    times = [
        (found[batch]["minimum"], variant, batch)
        for variant, found in (pytorch or {"variants": {}})["variants"].items()
        for batch in batches
        if batch in found
    ]
    return min(times, default=None)


def ratio(reference, own):
    return None if reference is None else reference[0] / own


def network_rows(networks, mode, batches):
    rows = []
    for name, found in networks.items():
        own = found["evalkit"][mode]
        reference = best(found["pytorch"], batches)
        times = ratio(reference, own["minimum"])
        alone = ratio(best(found["pytorch"], ["1"]), own["minimum"])
        floor = FLOORS.get(name)
        verdict = ""
        if times is not None and floor is not None:
            verdict = "yes" if times >= floor else "**no**"
        rows.append(
            [
                f"{name} {found['evalkit']['input']}",
                number(reference and reference[0]),
                f"{reference[1]}, batch {reference[2]}" if reference else "–",
                f"{number(own['minimum'])} ({number(own['median'])})",
                number(own["cores"], 2),
                f"**{number(times)}**" if times else "–",
                *([number(alone)] if len(batches) > 1 else []),
                number(floor, 2),
                verdict,
            ]
        )
    return rows


def caution(document):
    """Names the networks beside which something else kept a core from evalkit's workers."""
    jobs = document["evalkit"]["jobs"]
    disturbed = [
        name
        for name, found in document["networks"].items()
        if found["evalkit"]["many"]["cores"] < 0.9 * jobs
    ]
    if not disturbed:
        return ""
    return (
        f" **Not all {jobs} cores worked for evalkit while it measured {', '.join(disturbed)}: the "
        "machine was busy with something else, so measure again.**"
    )


def summary(document):
    networks = document["networks"]
    heading = ["network, input", "PyTorch, ms", "its best way", "evalkit, ms (median)"]
    heading += ["cores busy", "ratio", "floor", "reached"]
    many = heading[:6] + ["to batch 1"] + heading[6:]
    return [
        "## Many images",
        "Milliseconds an image when many images are to be measured: the best of PyTorch's variants at "
        "batch 1 and 8, all threads on one batch, against evalkit with one worker a core and groups "
        "of images a worker. *To batch 1* is the ratio to the best variant at batch 1, as tools that "
        "take one image after the other run it. *Cores busy* is processor time divided by elapsed time."
        + caution(document),
        table(many, network_rows(networks, "many", ["1", "8"])),
        "## One image alone",
        "Milliseconds for a single image on an idle machine: the best of PyTorch's variants at batch "
        "1, all threads on it, against one run of evalkit. One core busy means that evalkit leaves the "
        "others idle, because it spreads images, not the parts of one image.",
        table(heading, network_rows(networks, "one", ["1"])),
    ]


def details(document):
    networks = document["networks"]
    rows = []
    for name, found in networks.items():
        own, pytorch = found["evalkit"], found["pytorch"]
        rows.append(
            [
                name,
                f"{own['operations'] / 1e9:.2f}" if own.get("operations") else "–",
                str(own["groupSize"]),
                number(own.get("gigaflops")),
                f"{100 * own['shareOfPeak']:.0f} %" if "shareOfPeak" in own else "–",
                number(own["one"]["minimum"] / own["many"]["minimum"]),
                memory(own.get("peakMemory")),
                memory(pytorch and pytorch["peakMemory"]),
            ]
        )
    heading = ["network", "GFLOP an image", "group", "direct-form GFLOP/s", "of measured peak"]
    heading += ["many ÷ one", "memory", "PyTorch's memory"]
    parts = [
        "## How near to the machine",
        "Operations are those of direct convolutions, two to a multiply-add; Winograd does fewer, so "
        "a share may exceed 100 %. *Many ÷ one* is how many times faster images pass when all cores "
        "work in groups than one by one. Memory is the whole process at its largest; PyTorch's "
        "includes its compiler.",
        table(heading, rows),
    ]
    rows = []
    for name, found in networks.items():
        if not found["pytorch"]:
            continue
        shortest = {batch: best(found["pytorch"], [batch]) for batch in ("1", "8")}
        cells = []
        for batch in ("1", "8"):
            for variant in VARIANTS:
                times = found["pytorch"]["variants"].get(variant, {}).get(batch)
                text = number(times and times["minimum"])
                is_best = shortest[batch] and shortest[batch][1] == variant
                cells.append(f"**{text}**" if is_best else text)
        rows.append([name, *cells])
    heading = ["network"] + [f"{variant}, {batch}" for batch in (1, 8) for variant in VARIANTS]
    return parts + [
        "## PyTorch's variants",
        "Milliseconds an image at batch 1 and batch 8, the best of each batch in bold. Compiled means "
        "`torch.compile` with `torch._inductor.config.freezing`; compiling is not timed.",
        table(heading, rows),
    ]


def host(document):
    rows = [
        [
            f"{found['name']}, {found['input']}",
            f"{number(found['one']['minimum'])} ({number(found['one']['median'])})",
            f"{number(found['many']['minimum'])} ({number(found['many']['median'])})",
            number(found["perSecond"]),
        ]
        for found in document["benchmarks"]
        if found["kind"] == "host"
    ]
    heading = ["metric or operation", "one alone, ms (median)", "many, ms each (median)", "a second"]
    return ["## Metrics and image operations", table(heading, rows)]


def start(document):
    rows = []
    for check in document["checks"]:
        limit = check["limit"]
        verdict = "" if limit is None else "yes" if check["minimum"] <= limit else "**no**"
        rows.append(
            [
                check["name"],
                f"{number(check['minimum'])} ({number(check['median'])})",
                number(limit, 2),
                verdict,
            ]
        )
    return [
        "## Starting",
        "Whole processes from start to end, files in the page cache.",
        table(["what", "seconds (median)", "limit", "kept"], rows),
    ]


def totals(steps):
    return {
        "seconds": sum(step["seconds"] for step in steps),
        "processorSeconds": sum(step["processorSeconds"] for step in steps),
        "peakMemory": max(step["peakMemory"] for step in steps),
    }


def job(document):
    sums = {name: totals(document[name]) for name in ("python", "evalkit", "again")}
    ours, theirs, again = sums["evalkit"], sums["python"], sums["again"]
    rows = []
    for name, title in (("python", "Python"), ("evalkit", "evalkit"), ("again", "unchanged")):
        for step in document[name] + [{"name": "**all**", **sums[name]}]:
            rows.append(
                [
                    f"{title}: {step['name']}",
                    number(step["seconds"], 4),
                    number(step["processorSeconds"], 4),
                    memory(step["peakMemory"]),
                ]
            )
    scores = {
        name: {key: value for step in document[name] for key, value in step["scores"].items()}
        for name in ("python", "evalkit")
    }
    agreement = [
        [name, f"{value:.6f}", f"{scores['evalkit'][name]:.6f}"]
        for name, value in scores["python"].items()
        if name in scores["evalkit"]
    ]
    # What the second run leaves out beside scoring is not measured again.
    first = document["evalkit"][0]["seconds"]
    without = "".join(f" {name} is left out on both sides." for name in document["without"])
    return [
        "## The whole job",
        f"{document['count']:,} faces of 512×512 against {document['count']:,}, from files to scores: "
        "FID, LPIPS (AlexNet), MS-SSIM, identity (IR-SE50), accuracy and mean IoU (BiSeNet), CLIP "
        "ViT-B/32 features, with the same weights on both sides." + without + " The Python stack is "
        "pytorch-fid as shipped and one process for each other tool, as their publishers run them; "
        "memory is its largest process, without the processes that load images for it.",
        f"evalkit takes **{number(theirs['seconds'] / ours['seconds'])}** times less time (at least 3 "
        f"is wanted), {number(theirs['processorSeconds'] / ours['processorSeconds'])} times less "
        f"processor time, and **{number(ours['peakMemory'] / theirs['peakMemory'], 2)}** of the "
        "memory (a third at most is wanted). Scoring the unchanged folders again takes "
        f"**{100 * again['seconds'] / first:.1f} %** of the first time (3 % at most is wanted).",
        table(["step", "seconds", "processor seconds", "memory"], rows),
        "Both sides measure the same thing:",
        table(["score", "Python", "evalkit"], agreement),
    ]


def introduction(document):
    found, pytorch = document["evalkit"], document.get("pytorch")
    machine = found["machine"]
    peaks = {name: statistics.median(p[name] for p in document["peaks"]) for name in document["peaks"][0]}
    versions = ""
    if pytorch:
        names = pytorch["versions"]
        versions = (
            f" Python {names['python']}, PyTorch {names['torch']} ({names['capability']}), "
            f"torchvision {names['torchvision']}, {pytorch['threads']} threads."
        )
    return [
        "# Speed",
        f"Written by `make bench` on {document['date']}; every time is the shortest of many repeats. "
        "A ratio is PyTorch's time divided by evalkit's, higher is better; both programs ran by "
        "turns, network by network, in one go on the same cores, with the same seeded weights.",
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory'] / 2**30:.0f} GiB, "
        f"{machine['system']}; kernels for {machine['level']}. Measured peak of the micro-kernel: "
        f"{peaks['oneCore']:.0f} GFLOP/s on one core, {peaks['allWorkers']:.0f} on all "
        f"(medians of {len(document['peaks'])} runs). {found['tool']}, {found['jobs']} workers."
        + versions,
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", required=True, type=pathlib.Path, metavar="DIR")
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()

    def read(name):
        path = options.input / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None

    document = read("networks")
    parts = introduction(document) + summary(document)
    notes = TOOLS / "bench_notes.md"
    if notes.exists():
        parts += ["## What holds the networks back", notes.read_text().strip()]
    parts += details(document)
    for name, section in (("host", host), ("job", job), ("start", start)):
        if found := read(name):
            parts += section(found)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    main()

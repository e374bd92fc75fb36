"""Runs facenet-pytorch's MTCNN and scikit-image's warp, and writes what Swift must reproduce.

    python3 Tools/make_detection_goldens.py [FIXTURES]

needs torch, torchvision, facenet-pytorch (installed with --no-deps), scikit-image and Pillow. Writes to
Tests/Models/DetectionTests/Goldens:

    networks.json   the three networks on seeded parameters and inputs: logits, corrections, landmarks,
                    computed in float64
    cascade.json    the whole cascade on seeded parameters and a drawn image: boxes and landmarks
    warp.json       a similarity transform and an image moved by it
    faces.json      with the folder of real faces: what the published weights find in some of them,
                    numbers only

All heads are multiplied by HEADS, since seeded corrections would throw every box out of the
image. Thresholds lie in gaps between scores, so that rounding decides nothing. Run with Python 3.11.7,
torch 2.15.0, facenet-pytorch 2.6.0, scikit-image 0.26.0.
"""

import json
import pathlib
import sys

import numpy
import torch
from facenet_pytorch import MTCNN
from facenet_pytorch.models import mtcnn as parts
from facenet_pytorch.models.utils import detect_face as reference
from PIL import Image
from skimage import transform

import seeded_parameters

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "DetectionTests" / "Goldens"
SEED = 20260102
HEADS = 0.0625
PARTS = {"pnet": (parts.PNet, (20, 27)), "rnet": (parts.RNet, (24, 24)), "onet": (parts.ONet, (48, 48))}
CLASSES = {"pnet": "conv4_1", "rnet": "dense5_1", "onet": "dense6_1"}


def seeded(name):
    """A network with seeded parameters; each name's sequence starts with the network's."""
    network = PARTS[name][0](pretrained=False)
    state = {}
    for key, tensor in network.state_dict().items():
        array = seeded_parameters.parameter(f"{name}.{key}", tuple(tensor.shape), SEED)
        if key.split(".")[0].endswith(("_1", "_2", "_3")):
            array *= numpy.float32(HEADS)
        state[key] = torch.from_numpy(array)
    network.load_state_dict(state)
    return network.eval()


def networks():
    cases = []
    for name, (_, size) in PARTS.items():
        network = seeded(name).double()
        logits = []
        getattr(network, CLASSES[name]).register_forward_hook(lambda _, __, out: logits.append(out))
        array = seeded_parameters.network_input((3, *size), SEED)
        with torch.no_grad():
            found = network(torch.from_numpy(array)[None].double())
        results = {"classes": logits[0], "boxes": found[0]}
        if name == "onet":
            results["landmarks"] = found[1]
        cases.append(
            {
                "network": name,
                "inputShape": [3, *size],
                "results": {
                    key: {"shape": list(value.shape[1:]), "values": value.flatten().tolist()}
                    for key, value in results.items()
                },
            }
        )
    return cases


def drawn_image(width, height):
    """Waves, blobs and corners; integers only, so that both languages draw the same."""
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [(x * (c + 3) + y * 5 + (x // 7) * (y // 9) * 11 + 40 * ((x // 16 + y // 12) % 3)) % 256 for c in range(3)]
    return numpy.stack(planes, 2).astype(numpy.uint8)


def gap(scores, wanted):
    """A threshold in the middle of the widest gap near a quantile."""
    ordered = numpy.sort(numpy.asarray(scores, numpy.float64))
    center = int(wanted * (len(ordered) - 1))
    near = range(max(0, center - 20), min(len(ordered) - 1, center + 20))
    index = max(near, key=lambda i: ordered[i + 1] - ordered[i])
    assert ordered[index + 1] - ordered[index] > 3e-5, "no gap"
    return float((ordered[index] + ordered[index + 1]) / 2)


def cascade():
    networks = [seeded(name) for name in PARTS]
    image = drawn_image(150, 120)
    thresholds = [0.0, -1.0, -1.0]
    for stage, quantile in enumerate((0.8, 0.5, 0.4)):
        scores = []
        hook = networks[stage].register_forward_hook(
            lambda _, __, out: scores.append(out[-1][:, 1].detach().flatten().numpy())
        )
        with torch.no_grad():
            reference.detect_face(image, 20, *networks, thresholds, 0.709, "cpu")
        hook.remove()
        thresholds[stage] = gap(numpy.concatenate(scores), quantile)
    with torch.no_grad():
        boxes, points = reference.detect_face(image, 20, *networks, thresholds, 0.709, "cpu")
    print("cascade:", len(boxes[0]), "boxes, thresholds", thresholds)
    assert len(boxes[0]) >= 5
    return {"seed": SEED, "heads": HEADS, "thresholds": thresholds, "width": 150, "height": 120} | sorted_faces(boxes[0], points[0])


def sorted_faces(boxes, points):
    order = numpy.argsort(-(boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), kind="stable")
    return {
        "faces": [
            {
                "box": boxes[i, :4].astype(float).tolist(),
                "score": float(boxes[i, 4]),
                "landmarks": points[i].astype(float).tolist(),
            }
            for i in order
        ]
    }


def warp():
    points = numpy.array([[21.5, 30.25], [51.0, 27.75], [38.0, 44.5], [27.25, 60.0], [50.5, 57.0]])
    target = numpy.array([[13.6, 18.5], [26.3, 18.4], [20.0, 25.6], [14.8, 33.0], [25.3, 32.9]])
    found = transform.SimilarityTransform.from_estimate(points, target)
    image = drawn_image(60, 70)
    moved = transform.warp(
        image.astype(numpy.float64), found.inverse, output_shape=(40, 40), order=1, mode="constant", cval=0, preserve_range=True
    )
    return {
        "points": points.tolist(),
        "targets": target.tolist(),
        "matrix": found.params[:2].flatten().tolist(),
        "pixels": numpy.rint(moved).astype(int).flatten().tolist(),
    }


def faces(folder):
    detector = MTCNN(keep_all=True, device="cpu")
    rows = []
    files = sorted((folder / "faces" / "images").glob("*.jpg"))[:6]
    for path in files:
        rows.append({"file": f"faces/images/{path.name}"} | found(detector, Image.open(path).convert("RGB")))
    # Four faces of another size in one picture that is not square, and a picture without a face.
    crowd = Image.new("RGB", (420, 300))
    for index, path in enumerate(files[:4]):
        crowd.paste(Image.open(path).convert("RGB").resize((140, 140), Image.BICUBIC), (10 + 200 * (index % 2), 5 + 150 * (index // 2)))
    rows.append({"file": "", "tiles": [f"faces/images/{path.name}" for path in files[:4]]} | found(detector, crowd))
    rows.append({"file": "", "tiles": []} | found(detector, Image.fromarray(drawn_image(150, 120))))
    return rows


def found(detector, image):
    with torch.no_grad():
        boxes, points = reference.detect_face(
            image, 20, detector.pnet, detector.rnet, detector.onet, [0.6, 0.7, 0.7], 0.709, "cpu"
        )
    if len(boxes[0]) == 0:
        return {"faces": []}
    print(len(boxes[0]), "faces of", image.size)
    return sorted_faces(boxes[0], points[0])


def write(name, value):
    (GOLDENS / name).write_text(json.dumps(value, indent=0).replace(",\n", ", ").replace("[\n", "[").replace("\n]", "]") + "\n")


if __name__ == "__main__":
    GOLDENS.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    write("networks.json", networks())
    write("cascade.json", cascade())
    write("warp.json", warp())
    if len(sys.argv) > 1:
        write("faces.json", faces(pathlib.Path(sys.argv[1])))

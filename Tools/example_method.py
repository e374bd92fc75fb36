#!/usr/bin/env python3
"""A method for `--method NAME=command:"python3 Tools/example_method.py"`: answers with the ground truth.

Replace `generate` by a call of your own model. Load the model before the loop: this program is
started once. Standard output is for answers; prints and progress bars go to standard error.
"""
import json
import shutil
import sys
import time


def generate(request):
    """Writes the image for request["mask"], request["text"] and request["seed"]."""
    shutil.copyfile(request["image"], request["output"])


for line in sys.stdin:
    request = json.loads(line)
    started = time.monotonic()
    try:
        generate(request)
        answer = {"id": request["id"], "ok": True, "seconds": time.monotonic() - started}
    except Exception as error:  # an image that fails must not end the run
        answer = {"id": request["id"], "ok": False, "error": str(error)}
    print(json.dumps(answer), flush=True)

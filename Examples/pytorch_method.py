#!/usr/bin/env python3
"""Connects a PyTorch repository to evalkit: --method 'ours=command:python3 Examples/pytorch_method.py'.

evalkit starts this program once and sends one request a line; each is answered by one line. Copy the
file beside your code and fill in `load` and `generate`; the rest stays as it is.
"""
import json
import os
import sys
import time


def load():
    """Builds the model, once. For example: torch.load(…), .eval().cuda()."""
    import importlib

    return importlib.import_module(os.environ.get("METHOD_MODULE", "my_method")).Model()


def generate(model, request):
    """Writes request["output"] (PNG or JPEG) for request["mask"], ["text"] and ["scribble"].

    Seed everything random with request["seed"] (31 bits), so that an image depends on nothing but its
    request: torch.manual_seed(request["seed"]).
    """
    model.generate(request)


def main():
    # Whatever libraries print goes to standard error; standard output is for answers alone.
    answers, sys.stdout = sys.stdout, sys.stderr
    model = load()
    for line in sys.stdin:
        request = json.loads(line)
        started = time.monotonic()
        try:
            generate(model, request)
            answer = {"id": request["id"], "ok": True, "seconds": time.monotonic() - started}
        except Exception as error:  # one failed image must not end the run
            answer = {"id": request["id"], "ok": False, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()

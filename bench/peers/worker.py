"""The process that runs the works with PyTorch: it answers the lines of JSON that protocol.ts defines."""
import json
import os
import resource
import sys
import time

ANSWER_MARK = "@bench "


def answer(worker, request):
    if request["ask"] == "load":
        return worker.load(request["parameterSets"])
    if request["ask"] == "prepare":
        return worker.prepare(request["measure"], request["warmUp"])
    return worker.sample(request["least"])


def peak():
    """Peak resident memory in MiB; Linux counts in kB, macOS in bytes."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def milliseconds(run, calls):
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - start) * 1e3


class Worker:
    def __init__(self):
        self.works = {}
        self.run = None
        self.each = 0.0

    def load(self, parameter_sets):
        import torch
        import works

        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        self.works = works.works(parameter_sets)
        return {"version": torch.__version__, "peak": peak()}

    def prepare(self, measure, warm_up):
        offer = self.works[measure]
        if isinstance(offer, str):
            return {"refused": offer}
        self.run, check = offer()
        checked = check()
        each = milliseconds(self.run, 1)
        spent, calls = each, 1
        while spent < warm_up:
            more = max(1, min(calls, round((warm_up - spent) / each)))
            taken = milliseconds(self.run, more)
            each = taken / more
            spent += taken
            calls += more
        self.each = each
        return {"check": checked, "milliseconds": each, "peak": peak()}

    def sample(self, least):
        calls = max(1, round(least / self.each))
        return {"milliseconds": milliseconds(self.run, calls) / calls, "peak": peak()}


def serve():
    worker = Worker()
    for line in sys.stdin:
        try:
            message = answer(worker, json.loads(line))
        except Exception as error:  # The driver reports it and goes on.
            message = {"error": f"{type(error).__name__}: {error}"}
        print(ANSWER_MARK + json.dumps(message), flush=True)


serve()

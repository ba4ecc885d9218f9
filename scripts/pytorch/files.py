"""Files that moco and PyTorch exchange, and measured times."""
import json
import statistics
import time


def read_safetensors(path):
    """The tensors of a file as arrays, and its metadata."""
    import numpy

    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    metadata = header.pop("__metadata__", {})
    kinds = {"F32": "<f4", "I64": "<i8"}
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + size + place for place in entry["data_offsets"])
        values = numpy.frombuffer(raw[begin:end], dtype=kinds[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).copy()
    return tensors, metadata


class Times:
    """Elapsed and processor seconds of each repetition."""

    def __init__(self):
        self.clock, self.processor = [], []

    def __enter__(self):
        self.begin = time.perf_counter(), time.process_time()

    def __exit__(self, *_):
        self.clock.append(time.perf_counter() - self.begin[0])
        self.processor.append(time.process_time() - self.begin[1])

    def report(self, about):
        # The first repetition is a warm-up.
        for name, values in ("seconds", self.clock), ("processor_seconds", self.processor):
            taken, own = statistics.median(values[1:] or values), float(about[name])
            print(f"pytorch_{name}: {taken:.4g}")
            print(f"moco_{name}: {own:.4g}")
            print(f"times_faster_by_{name}: {taken / own:.4g}")

"""What moco writes, in the readers of the libraries that it writes for. scripts/test-python runs this."""
import io
import math
import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

MOCO = os.environ["MOCO_PROGRAM"]


def run(program, folder, *options):
    path = pathlib.Path(folder) / "program.moco"
    path.write_text(program)
    done = subprocess.run(
        [MOCO, "run", "--no-record", *options, str(path)], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def accumulated(path):
    events = EventAccumulator(str(path), size_guidance={"scalars": 0, "images": 0, "tensors": 0, "histograms": 0})
    events.Reload()
    return events


class TensorBoard(unittest.TestCase):
    PROGRAM = """
    for step in 0..<20 {
      log(step, {"loss/train": 1.0 / (step + 1), right: step % 2 == 0})
    }
    log(20, {note: "a *note* — ä", weights: tensor([0.0, 1.0, 1.0, 4.0]), same: tensor([2.0, 2.0]), bad: nan})
    log(21, {picture: plot.image([[0, 0.5], [0.5, 1.0], [0, 0]]), figure: plot.line([1, 2, 3])})
    show plot.bars({a: 1, b: 2}, title: "Bars")
    """

    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.place.name)
        run(self.PROGRAM, self.folder, "--tensorboard", "tb")
        [self.file] = (self.folder / "tb").iterdir()

    def tearDown(self):
        self.place.cleanup()

    def test_its_reader_finds_everything(self):
        events = accumulated(self.file)
        tags = events.Tags()
        self.assertEqual(sorted(tags["scalars"]), ["bad", "loss/train", "right"])
        self.assertEqual(sorted(tags["histograms"]), ["same", "weights"])
        self.assertEqual(sorted(tags["images"]), ["figure", "picture", "shown/Bars"])
        self.assertEqual(tags["tensors"], ["note"])
        loss = events.Scalars("loss/train")
        self.assertEqual([e.step for e in loss], list(range(20)))
        self.assertEqual([e.value for e in loss], [float(np.float32(1 / (k + 1))) for k in range(20)])
        self.assertEqual([e.value for e in events.Scalars("right")], [1.0, 0.0] * 10)
        self.assertTrue(math.isnan(events.Scalars("bad")[0].value))
        [note] = events.Tensors("note")
        self.assertEqual((note.step, note.tensor_proto.string_val[0].decode()), (20, "a *note* — ä"))
        self.assertEqual(events.SummaryMetadata("note").plugin_data.plugin_name, "text")
        [weights] = events.Histograms("weights")
        value = weights.histogram_value
        self.assertEqual((value.min, value.max, value.num, value.sum, value.sum_squares), (0, 4, 4, 6, 18))
        self.assertEqual(sum(value.bucket), 4)
        self.assertEqual(len(value.bucket), len(value.bucket_limit))
        for limit, count in zip(value.bucket_limit, np.cumsum(value.bucket)):
            if limit not in (0, 1, 4):
                self.assertEqual(count, sum(x < limit for x in (0, 1, 1, 4)))
        [picture] = events.Images("picture")
        image = Image.open(io.BytesIO(picture.encoded_image_string))
        self.assertEqual((picture.width, picture.height, image.size), (2, 3, (2, 3)))
        self.assertEqual([image.convert("L").getpixel((x, 0)) for x in (0, 1)], [0, 128])
        for name in ("figure", "shown/Bars"):
            [drawn] = events.Images(name)
            self.assertEqual(Image.open(io.BytesIO(drawn.encoded_image_string)).size, (drawn.width, drawn.height))
            self.assertGreater(drawn.width, 300)

    def test_a_file_that_is_cut_off_is_read_up_to_there(self):
        whole = self.file.read_bytes()
        seen = []
        for count in sorted({*range(0, min(len(whole), 1200), 37), *range(0, len(whole), len(whole) // 40), len(whole)}):
            folder = self.folder / f"cut{count}"
            folder.mkdir()
            cut = folder / self.file.name
            cut.write_bytes(whole[:count])
            tags = accumulated(cut).Tags()["scalars"]
            events = accumulated(cut)
            seen.append(len(events.Scalars("loss/train")) if "loss/train" in tags else 0)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual((seen[0], seen[-1]), (0, 20))

    def test_a_folder_for_each_run(self):
        run(self.PROGRAM, self.folder, "--tensorboard", "all/a")
        run(self.PROGRAM, self.folder, "--tensorboard", "all/b")
        from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
        runs = EventMultiplexer()
        runs.AddRunsFromDirectory(str(self.folder / "all"))
        runs.Reload()
        self.assertEqual(sorted(runs.Runs()), ["a", "b"])


class NumPy(unittest.TestCase):
    def test_arrays_go_there_and_back(self):
        with tempfile.TemporaryDirectory() as folder:
            rng = np.random.default_rng(1)
            arrays = {
                "f4": rng.normal(size=(3, 4)).astype("f4"), "f2": rng.normal(size=5).astype("f2"),
                "big": rng.normal(size=(2, 2)).astype(">f4"), "fortran": np.asfortranarray(rng.normal(size=(3, 2, 4)).astype("f4")),
                "i2": np.arange(6, dtype=">i2").reshape(2, 3), "flags": np.array([True, False]), "none": np.zeros((0, 3), "f4"),
                "point": np.float32(2.5),
            }
            np.savez(f"{folder}/in.npz", **arrays)
            np.savez_compressed(f"{folder}/packed.npz", **arrays)
            run(
                """
                for name in ["in", "packed"] {
                  let t = load_tensors(name + ".npz")
                  save_tensors(name + ".out.npz", t, compress: name == "packed")
                  save_tensors(name + ".half.npz", {f4: t.f4}, type: "f16")
                  save_tensors(name + ".npy", t.fortran)
                }
                save_tensors("flags.npz", {flags: tensor([true, false])})
                """, folder)
            for name in ("in", "packed"):
                with np.load(f"{folder}/{name}.out.npz") as back:
                    self.assertEqual(list(back), list(arrays))
                    for key, array in arrays.items():
                        wanted = "f4" if array.dtype.kind == "f" else "i8"
                        self.assertEqual(back[key].dtype, np.dtype(wanted), key)
                        np.testing.assert_array_equal(back[key], array.astype(wanted))
                np.testing.assert_array_equal(np.load(f"{folder}/{name}.npy"), arrays["fortran"])
                with np.load(f"{folder}/{name}.half.npz") as half:
                    np.testing.assert_array_equal(half["f4"], arrays["f4"].astype("f2"))
            with np.load(f"{folder}/flags.npz") as flags:
                self.assertEqual(flags["flags"].dtype, np.dtype("bool"))

    def test_names_of_classes(self):
        with tempfile.TemporaryDirectory() as folder:
            names = ["röd räv", "cat"]
            np.savez(f"{folder}/in.npz", features=np.eye(4, dtype="f4"), labels=np.array([0, 1, 0, 1]), classes=np.array(names))
            printed = run(
                """
                print(dataset("in.npz", split: {train: 1.0}).classes)
                sample_folder("photos", per_class: 2, size: 32)
                """, folder)
            self.assertEqual(printed.splitlines()[0], '["röd räv", "cat"]')
            variables = dict(os.environ, MOCO_CACHE="", XDG_CACHE_HOME=f"{folder}/cache")
            subprocess.run(
                [MOCO, "features", "photos", "--clip", "small", "--out", "out.npz"], cwd=folder, env=variables, check=True,
                capture_output=True)
            with np.load(f"{folder}/out.npz") as out:
                self.assertEqual(out["classes"].dtype.kind, "U")
                self.assertEqual(len(out["classes"]), out["train.labels"].max() + 1)


class SciPy(unittest.TestCase):
    def test_permutation_tests_agree(self):
        from scipy.stats import binomtest, permutation_test
        rng = np.random.default_rng(2)
        cases = [(rng.integers(0, 2, n), rng.integers(0, 2, n)) for n in (2, 5, 12, 200, 3000)]
        cases += [(rng.normal(size=n).round(2) + 0.3, rng.normal(size=n).round(2)) for n in (2, 7, 12)]
        with tempfile.TemporaryDirectory() as folder:
            for a, b in cases:
                line = run(f"let t = permutation_test({a.tolist()}, {b.tolist()})\nprint(t.p, t.differing, t.difference)", folder)
                p, differing, difference = map(float, line.split())
                self.assertAlmostEqual(difference, float(np.mean(a - b)), 12)
                self.assertEqual(differing, int(np.sum(a != b)))
                if len(a) <= 12:
                    wanted = permutation_test(
                        (a, b), lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples",
                        n_resamples=np.inf).pvalue
                else:
                    wanted = binomtest(int(np.sum(a > b)), int(differing)).pvalue
                self.assertAlmostEqual(p, float(wanted), 10)


if __name__ == "__main__":
    unittest.main()

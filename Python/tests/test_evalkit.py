"""The client against the program: run by `make python` in an environment with numpy."""

import os
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

import evalkit
from evalkit import _images, _program


def chessboard(seed: int, side: int = 48):
    """A picture that is another one for each seed."""
    import numpy as np

    rows, columns = np.mgrid[0:side, 0:side]
    base = ((rows // 6 + columns // (3 + seed % 5)) % 2) * 180 + 20
    return np.stack([base, (base + 31 * seed) % 256, 255 - base], axis=2).astype("uint8")


class ClientTests(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.results = os.path.join(self.temporary.name, "results")

    def folder(self, name, images):
        path = Path(self.temporary.name, name)
        path.mkdir()
        for index, image in enumerate(images):
            (path / f"{index:06d}.png").write_bytes(_images.png(image))
        return path

    def test_folders_and_arrays_score_alike(self):
        import numpy as np

        real = [chessboard(seed) for seed in range(4)]
        fake = [np.roll(image, 3, axis=1) for image in real]
        by_folder = evalkit.score(
            self.folder("real", real), self.folder("fake", fake), ["mae", "ssim"], results=self.results
        )
        by_array = evalkit.score(np.stack(real), np.stack(fake), ["mae", "ssim"], results=self.results)
        floats = [image.transpose(2, 0, 1).astype("float32") / 127.5 - 1 for image in fake]
        by_float = evalkit.score(
            np.stack([image.transpose(2, 0, 1) / 127.5 - 1 for image in real]), floats, ["mae", "ssim"],
            value_range=(-1, 1), results=self.results,
        )
        self.assertEqual(set(by_folder), {"mae", "ssim"})
        self.assertGreater(by_folder["mae"].value, 0)
        for other in (by_array, by_float):
            for name, score in by_folder.items():
                self.assertEqual(other[name].value, score.value)
                self.assertEqual(other[name].fingerprint, score.fingerprint)
        self.assertEqual(by_folder.counts["paired"], 4)
        self.assertEqual([row["image"] for row in by_folder.per_image], [f"{i:06d}" for i in range(4)])
        mean = sum(row["mae"] for row in by_folder.per_image) / 4
        self.assertAlmostEqual(mean, by_folder["mae"].value, places=12)
        self.assertEqual(os.listdir(self.results).count("evalkit.sqlite"), 1)
        self.assertFalse([name for name in os.listdir("/dev/shm") if name.startswith("evalkit-")])

    def test_runs_and_gates(self):
        images = [chessboard(seed) for seed in range(3)]
        with self.assertRaises(evalkit.NotComparable) as caught:
            evalkit.runs(self.results)
        self.assertEqual(caught.exception.code, 5)
        scores = evalkit.score(images, images, ["mae"], results=self.results)
        # JSON spells a whole number without a point.
        self.assertEqual(repr(scores), "Scores(mae=0)")
        stored = evalkit.runs(self.results)
        self.assertEqual([run.id for run in stored], [scores.run])
        self.assertEqual(stored[0].status, "complete")
        self.assertTrue(evalkit.gate(require=["mae<=0.5"], results=self.results).ok)
        regression = evalkit.gate(require=["mae<0"], results=self.results)
        self.assertEqual((regression.code, regression.ok), (2, False))
        self.assertIn("mae", regression.sentence)

    def test_refusals_are_exceptions_with_the_programs_sentence(self):
        images = [chessboard(1)]
        with self.assertRaises(evalkit.UsageError) as caught:
            evalkit.score(images, images, ["mea"], results=self.results)
        self.assertIn("did you mean 'mae'", str(caught.exception))
        self.assertEqual(caught.exception.code, 64)
        with self.assertRaises(evalkit.ProgramError):
            evalkit.score("nowhere", images, ["mae"], results=self.results)

    def test_images_that_cannot_be_meant_are_refused(self):
        import numpy as np

        with self.assertRaisesRegex(ValueError, "value_range"):
            _images.png(np.full((4, 4, 3), -0.5))
        with self.assertRaisesRegex(ValueError, "no finite"):
            _images.png(np.full((4, 4, 3), np.nan))
        with self.assertRaisesRegex(ValueError, r"\[4, 4\]"):
            _images.png(np.zeros((4, 4)))
        with self.assertRaisesRegex(ValueError, "int64"):
            _images.png(np.zeros((4, 4, 3), dtype="int64"))
        with self.assertRaisesRegex(ValueError, "no id"):
            with _images.folder({"../x": chessboard(1)}, (0, 1)):
                pass
        with self.assertRaisesRegex(ValueError, "no images"):
            with _images.folder([], (0, 1)):
                pass

    def test_pixels_arrive_as_they_are(self):
        image = chessboard(3, side=7)
        data = _images.png(image)
        body = data[data.index(b"IDAT") + 4:data.index(b"IEND") - 8]
        rows = zlib.decompress(body)
        stride = 3 * 7 + 1
        self.assertEqual(b"".join(rows[y * stride + 1:(y + 1) * stride] for y in range(7)), image.tobytes())

    def test_features_are_an_array(self):
        found = evalkit.features("compact-bisenet", [chessboard(seed, 128) for seed in range(2)])
        self.assertEqual((found.shape[0], str(found.dtype)), (2, "float32"))

    def test_options_become_words(self):
        self.assertEqual(
            _program.arguments({"fid_mode": "clean-fid", "exact": True, "size": None, "metrics": ["a", "b"]}),
            ["--fid-mode", "clean-fid", "--exact", "--metrics", "a,b"],
        )

    def test_a_missing_program_is_said(self):
        code = "import evalkit; evalkit.program_path()"
        environment = {"PATH": "/nowhere", "PYTHONPATH": os.pathsep.join(sys.path), "EVALKIT": "/nowhere/evalkit"}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        self.assertIn("is not there", done.stderr)

    def test_progress_comes_line_by_line(self):
        lines = []
        images = [chessboard(seed) for seed in range(3)]
        evalkit.score(images, images, ["mae"], results=self.results, progress=lines.append)
        self.assertTrue(any("3 of 3" in line for line in lines), lines)


if __name__ == "__main__":
    unittest.main()

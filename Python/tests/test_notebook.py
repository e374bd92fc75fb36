"""The notebooks, cell by cell in one namespace."""

import contextlib
import json
import os
import tempfile
import unittest
from pathlib import Path

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))


class NotebookTests(unittest.TestCase):
    def test_every_cell_runs(self):
        self.assertTrue(NOTEBOOKS)
        for path in NOTEBOOKS:
            cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
            self.assertGreater(len(cells), 3)
            self.assertTrue(all(cell["outputs"] == [] for cell in cells), "outputs are not for version control")
            with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
                namespace = {}
                for cell in cells:
                    with self.subTest(notebook=path.name, cell=cell["id"]):
                        exec(compile("".join(cell["source"]), f"{path.name}:{cell['id']}", "exec"), namespace)
                self.assertTrue(os.path.exists("Results/evalkit.sqlite"))


if __name__ == "__main__":
    unittest.main()

"""The recipes, run with stand-ins for the libraries that they log to."""

import importlib.util
import sys
import tempfile
import types
import unittest
from pathlib import Path

from test_evalkit import chessboard

RECIPES = Path(__file__).resolve().parent.parent / "recipes"


def recipe(name, **modules):
    """A recipe, loaded with modules in place of those that it imports."""
    before = {key: sys.modules.get(key) for key in modules}
    sys.modules.update(modules)
    try:
        spec = importlib.util.spec_from_file_location(f"recipe_{name}", RECIPES / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        for key, value in before.items():
            if value is None:
                del sys.modules[key]
            else:
                sys.modules[key] = value


class Recorder:
    """Remembers every call."""

    def __init__(self, **values):
        self.calls = []
        self.__dict__.update(values)

    def __getattr__(self, name):
        return lambda *words, **named: self.calls.append((name, words, named))


class RecipeTests(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.options = {"results": temporary.name, "metrics": ["mae"]}
        self.real = [chessboard(seed) for seed in range(3)]
        self.fake = [image[:, ::-1] for image in self.real]

    def test_lightning(self):
        package = types.ModuleType("lightning.pytorch")
        package.Callback = object
        module = recipe("lightning", **{"lightning": types.ModuleType("lightning"), "lightning.pytorch": package})
        callback = module.ScoreFaces(self.real, "conditions", **self.options)
        model = Recorder(generate=lambda conditions: self.fake)
        callback.on_validation_epoch_end(Recorder(is_global_zero=True, sanity_checking=True), model)
        self.assertEqual(model.calls, [])
        callback.on_validation_epoch_end(Recorder(is_global_zero=True, sanity_checking=False), model)
        (name, (values,), _), = model.calls
        self.assertEqual((name, list(values)), ("log_dict", ["val/mae"]))
        self.assertGreater(values["val/mae"], 0)

    def test_accelerate(self):
        module = recipe("accelerate")
        other = Recorder(gather_for_metrics=lambda images: images, is_main_process=False)
        self.assertIsNone(module.score_gathered(other, self.real, self.fake, **self.options))
        main = Recorder(gather_for_metrics=lambda images: images, is_main_process=True)
        scores = module.score_gathered(main, self.real, self.fake, step=7, **self.options)
        self.assertEqual(main.calls, [("log", ({"eval/mae": scores["mae"].value},), {"step": 7})])

    def test_weights_and_biases(self):
        wandb = types.ModuleType("wandb")
        wandb.Table = lambda columns, data: (columns, data)
        run = Recorder()
        scores = recipe("weights_and_biases", wandb=wandb).log_scores(run, self.real, self.fake, **self.options)
        (_, (values,), _), = run.calls
        self.assertEqual(values["eval/mae"], scores["mae"].value)
        self.assertEqual(values["eval/images"][0], ["image", "state", "mae"])
        self.assertEqual(len(values["eval/images"][1]), 3)

    def test_mlflow(self):
        mlflow = Recorder()
        recipe("mlflow_tracking", mlflow=mlflow).log_scores(self.real, self.fake, **self.options)
        self.assertEqual([name for name, _, _ in mlflow.calls], ["log_metrics", "log_params", "log_dict"])

    def test_tensorboard(self):
        writer = Recorder()
        scores = recipe("tensorboard").log_scores(writer, self.real, self.fake, 3, **self.options)
        self.assertEqual(writer.calls, [("add_scalar", ("eval/mae", scores["mae"].value, 3), {})])


if __name__ == "__main__":
    unittest.main()

"""PyTorch Lightning: score what the model generates at the end of every validation."""

import evalkit
from lightning.pytorch import Callback


class ScoreFaces(Callback):
    """Logs ``val/fid`` and so on of ``pl_module.generate(conditions)`` against a folder of real images."""

    def __init__(self, real, conditions, metrics=("fid", "lpips-alex", "id"), **options):
        self.real, self.conditions, self.metrics, self.options = real, conditions, list(metrics), options

    def on_validation_epoch_end(self, trainer, pl_module):
        if trainer.is_global_zero and not trainer.sanity_checking:
            scores = evalkit.score(self.real, pl_module.generate(self.conditions), self.metrics, **self.options)
            pl_module.log_dict({f"val/{name}": float(score) for name, score in scores.items()}, rank_zero_only=True)

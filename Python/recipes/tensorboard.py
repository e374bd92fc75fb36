"""TensorBoard: scores as scalars."""

import evalkit


def log_scores(writer, real, fake, step, metrics=("fid", "lpips-alex", "id"), **options):
    """Scores a folder or images in memory and writes to a ``torch.utils.tensorboard.SummaryWriter``."""
    scores = evalkit.score(real, fake, list(metrics), **options)
    for name, score in scores.items():
        writer.add_scalar(f"eval/{name}", float(score), step)
    return scores

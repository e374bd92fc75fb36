"""Weights & Biases: scores as numbers, single images as a table that can be sorted."""

import evalkit
import wandb


def log_scores(run, real, fake, metrics=("fid", "lpips-alex", "id"), step=None, **options):
    """Scores a folder or images in memory and logs scores and the values of single images."""
    scores = evalkit.score(real, fake, list(metrics), **options)
    values = {f"eval/{name}": float(score) for name, score in scores.items()}
    if scores.per_image:
        columns = list(scores.per_image[0])
        values["eval/images"] = wandb.Table(columns=columns, data=[[row[c] for c in columns] for row in scores.per_image])
    run.log(values, step=step)
    return scores

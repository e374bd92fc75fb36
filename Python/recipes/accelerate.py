"""Accelerate: gather what all processes generated and score it in one of them."""

import evalkit


def score_gathered(accelerator, real, images, metrics=("fid", "lpips-alex"), step=None, **options):
    """Scores the images of all processes, `[N, 3, H, W]` each, and logs them to the accelerator's trackers."""
    gathered = accelerator.gather_for_metrics(images)
    if not accelerator.is_main_process:
        return None
    scores = evalkit.score(real, gathered, list(metrics), **options)
    accelerator.log({f"eval/{name}": float(score) for name, score in scores.items()}, step=step)
    return scores

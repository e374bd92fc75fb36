"""MLflow: scores as metrics, fingerprints as parameters, so that runs compare only where they may."""

import evalkit
import mlflow


def log_scores(real, fake, metrics=("fid", "lpips-alex", "id"), step=None, **options):
    """Scores a folder or images in memory and logs to the active run."""
    scores = evalkit.score(real, fake, list(metrics), **options)
    mlflow.log_metrics({name: float(score) for name, score in scores.items()}, step=step)
    mlflow.log_params({f"{name}.fingerprint": score.fingerprint[:12] for name, score in scores.items()})
    mlflow.log_dict(dict(scores.document), "evalkit.json")
    return scores

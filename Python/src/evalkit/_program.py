"""Finding the program and running it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import threading
from typing import Callable, Mapping, Optional, Sequence

from ._errors import ProgramError, error

#: Gets each line that the program says of its progress.
Progress = Callable[[str], None]


def program_path() -> str:
    """The program: ``$EVALKIT``, the one that this package brought, or the first on the PATH.

    Raises:
        ProgramError: if there is none.
    """
    named = os.environ.get("EVALKIT")
    places = [named] if named else []
    if not named:
        folders = [sysconfig.get_path("scripts")]
        if sys.version_info >= (3, 10):
            folders.append(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")))
        places += [os.path.join(folder, "evalkit") for folder in folders]
        found = shutil.which("evalkit")
        if found:
            places.append(found)
    for place in places:
        if os.path.isfile(place) and os.access(place, os.X_OK):
            return place
    raise ProgramError(
        f"the program evalkit is not there ({', '.join(places) or 'nothing on the PATH'}); install a wheel that "
        "brings it, or name it in EVALKIT",
        1,
    )


def version() -> str:
    """What ``evalkit --version`` says."""
    return run(["--version"], progress=None).strip()


def results_folder(results: Optional[os.PathLike | str]) -> str:
    """Where results are kept: the named folder, ``$EVALKIT_RESULTS``, or the user's cache."""
    if results is not None:
        return os.fspath(results)
    named = os.environ.get("EVALKIT_RESULTS")
    if named:
        return named
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "evalkit", "python")


def arguments(options: Mapping[str, object]) -> list[str]:
    """Options of the command line: ``fid_mode="clean-fid"`` is ``--fid-mode clean-fid``, ``exact=True`` is ``--exact``,
    a list is a comma list, and ``None`` and ``False`` say nothing."""
    words: list[str] = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        words.append("--" + name.replace("_", "-"))
        if value is True:
            continue
        if isinstance(value, (list, tuple, set)):
            value = ",".join(str(part) for part in value)
        words.append(os.fspath(value) if isinstance(value, os.PathLike) else str(value))
    return words


def run(
    words: Sequence[str],
    *,
    progress: Optional[Progress],
    accepts: Sequence[int] = (0,),
) -> str:
    """Runs the program and returns what it prints.

    Args:
        words: the command line without the program.
        progress: gets each line of standard error as it comes; None drops them.
        accepts: exit codes that are no error.

    Raises:
        EvalkitError: with the last sentence that the program said.
    """
    process = subprocess.Popen(
        [program_path(), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, encoding="utf-8", errors="replace",
    )
    said: list[str] = []

    def listen() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line.rstrip("\n"))
            if progress is not None:
                progress(said[-1])

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert process.stdout is not None
    try:
        output = process.stdout.read()
        process.wait()
    except BaseException:
        # The program saves what it has; a second call goes on there.
        process.terminate()
        process.wait()
        raise
    finally:
        listener.join(timeout=10)
        process.stdout.close()
        if not listener.is_alive():
            process.stderr.close()
    # A verdict is printed with any code; an error prints none.
    if process.returncode not in accepts or (process.returncode and not output.strip()):
        raise error(process.returncode if process.returncode >= 0 else 128 - process.returncode, sentence(said))
    return output


def sentence(lines: Sequence[str]) -> str:
    """The last sentence of the program, with the lines of detail indented below it."""
    prefix = "evalkit: "
    starts = [index for index, line in enumerate(lines) if line.startswith(prefix)]
    if not starts:
        return "\n".join(lines) or "evalkit said nothing"
    return "\n".join(lines[starts[-1]:])[len(prefix):]


def shown() -> Progress:
    """Shows progress: on one line in a notebook, on standard error elsewhere."""
    try:
        from IPython import get_ipython  # type: ignore[import-not-found]
        from IPython.display import display  # type: ignore[import-not-found]

        shell = get_ipython()
        if shell is not None and shell.has_trait("kernel"):
            handle = display({"text/plain": ""}, raw=True, display_id=True)
            return lambda line: handle.update({"text/plain": line}, raw=True)
    except ImportError:
        pass
    return lambda line: print(line, file=sys.stderr, flush=True)

"""Check a wheel: its top-level names, the files it must hold, and `bench run --quick` from another folder.

    python check_wheel.py dist/synthassay-*.whl

in an environment where this wheel is installed. tox names the wheel itself, in TOX_PACKAGE.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGES = ("benchmark", "generators", "metrics", "reports")
FILES = (
    *(f"{package}/py.typed" for package in PACKAGES),
    *(
        f"benchmark/datasets/mnist_files/{name}"
        for name in (
            "README.md",
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz",
        )
    ),
    "reports/templates/page.html.j2",
)


def check_names(wheel: Path) -> list[str]:
    """Return what is wrong with the names in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    top = {name.split("/")[0] for name in names}
    version = wheel.name.split("-")[1]
    expected = {*PACKAGES, f"synthassay-{version}.dist-info"}
    return [
        *(f"{name} is at the top level of the wheel and should not be" for name in sorted(top - expected)),
        *(f"{name} should be in the wheel" for name in sorted(expected - top)),
        *(f"{name} should be in the wheel" for name in FILES if name not in names),
        *(f"{name} should not be in the wheel" for name in sorted(names) if name.endswith((".pyc", ".ipynb"))),
    ]


def check_run() -> list[str]:
    """Run the installed command in an empty folder and return what is wrong."""
    bench = Path(sys.executable).parent / "bench"
    with tempfile.TemporaryDirectory() as folder:
        origin = _output([sys.executable, "-c", "import benchmark; print(benchmark.__file__)"], folder).strip()
        if "site-packages" not in origin:
            return [f"{origin} is imported in place of the installed package"]
        print(_output([str(bench), "run", "--quick", "-g", "smote,affine", "-c", "3,5"], folder))
        out = Path(folder) / "bench-results"
        wanted = ("report.html", "scores.csv", "summary.json")
        return [f"the run wrote no {name}" for name in wanted if not (out / name).is_file()]


def _output(command: list[str], folder: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def main() -> None:
    """Print what is wrong, and exit with 1 where anything is."""
    wheel = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["TOX_PACKAGE"])
    problems = check_names(wheel) or check_run()
    sys.exit("\n".join(problems) or print(f"{wheel.name}: {len(FILES)} files checked, the quick run is well"))


if __name__ == "__main__":
    main()

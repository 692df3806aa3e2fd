"""The verdicts of a run as a table in Markdown or LaTeX, the latter with a paragraph on how they came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{each: rf"\{each}" for each in "&%$#_{}"},
}
MOST = 12  # class names that are written out


def to_markdown(summary: Mapping[str, Any]) -> str:
    """Return the verdicts of a summary.json as a table: one row per generator and number of training images."""
    head, *rows = _rows(summary)
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in lines)


def to_text(summary: Mapping[str, Any]) -> str:
    """Return the same table as plain text, in columns."""
    rows = list(_rows(summary))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _rows(summary: Mapping[str, Any]) -> Iterator[list[str]]:
    aspects = [aspect["name"] for aspect in summary["aspects"]]
    yield ["generator", "training images", *aspects]
    for verdict in summary["verdicts"]:
        scores = ["".join(_words(verdict["aspects"][name])) for name in aspects]
        yield [verdict["config"], str(verdict["n_real"]), *scores]


def to_latex(summary: Mapping[str, Any]) -> str:
    """Return the verdicts of a summary.json as a table for the package booktabs, with `protocol` as its caption.

    The weakest aspect of each generator is in bold; 95% intervals are in brackets.
    """
    names = [aspect["name"] for aspect in summary["aspects"]]
    several = len(summary["n_real"]) > 1
    head = ["Generator", *(["Real images"] if several else []), *(name.capitalize() for name in names)]
    lines = [" & ".join(head)]
    for verdict in summary["verdicts"]:
        cells = [_score(verdict["aspects"][name], bold=verdict["weakest"] == name) for name in names]
        lines.append(" & ".join([escaped(verdict["config"]), *([str(verdict["n_real"])] if several else []), *cells]))
    body = [f"  {line} \\\\" for line in lines]
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\begin{{tabular}}{{l{'r' * several}{'l' * len(names)}}}",
            r"  \toprule",
            body[0],
            r"  \midrule",
            *body[1:],
            r"  \bottomrule",
            r"\end{tabular}",
            rf"\caption{{{escaped(protocol(summary))}}}",
            r"\end{table}",
            "",
        ]
    )


def protocol(summary: Mapping[str, Any]) -> str:
    """Return in one paragraph which real images were used, how many, in which space, and with which versions."""
    versions = summary["versions"]
    classes = summary["classes"]
    named = f"{_and(classes)} " if len(classes) <= MOST else ""
    which = f"the class {classes[0]}" if len(classes) == 1 else f"the {len(classes)} classes {named}".rstrip()
    n, seeds = summary["n_synthetic"], summary["seeds"]
    made = f"Per class, {n} images of each set"
    if summary.get("command", "run") == "run":
        fits = "1 seed" if len(seeds) == 1 else f"each of {len(seeds)} seeds"
        made = f"Per class and for {fits} ({_and(seeds)}), each generator was fitted on {_and(summary['n_real'])} real"
        made += f" images, and {n} images that it made"
    return (
        f"Synthetic images of {which} of {summary['dataset']} (SHA-256 of all images and labels: "
        f"{summary['sha256'][:16]}), judged by synthassay {versions['synthassay']}. {made} were compared with as many "
        f"held-out real images in the space {summary['features']}. Scores run from 0 (the control that must fail) to 1 "
        "(fresh real images); each is the lowest of its parts, averaged over classes. 95% intervals are in brackets. "
        f"Python {versions['python']}, NumPy {versions['numpy']}, scikit-learn {versions['scikit-learn']}."
    )


def escaped(text: str) -> str:
    """Return text that LaTeX prints as it is."""
    return "".join(SPECIAL.get(each, each) for each in text)


def _score(aspect: Mapping[str, Any], *, bold: bool) -> str:
    score, interval = map(escaped, _words(aspect))
    return (rf"\textbf{{{score}}}" if bold else score) + interval


def _words(aspect: Mapping[str, Any]) -> tuple[str, str]:
    """Return an aspect's score, or why there is none, and its interval."""
    if aspect["score"] is None:
        return str(aspect["status"]).replace("-", " "), ""
    score = f"{min(max(aspect['score'], 0.0), 1.0):.2f}"
    return score, "" if aspect["lo"] is None else f" [{_rounded(aspect['lo'])}, {_rounded(aspect['hi'])}]"


def _rounded(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"  # never -0.00


def _and(words: Sequence[Any]) -> str:
    """Return 'a', 'a and b', or 'a, b and c'."""
    *first, last = map(str, words)
    return f"{', '.join(first)} and {last}" if first else last

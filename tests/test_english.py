"""What a user reads is plain English: phrases that were once all over the product do not come back."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("benchmark", "generators", "metrics", "reports", "docs", "examples", "performance")
READ = {".css", ".ini", ".j2", ".js", ".md", ".py", ".toml"}
WRITTEN = "docs/results/reference/"  # pages that a run wrote, kept as they were

UNIT = (
    "aspect|cell|claim|class|configuration|copy|core|digit|draw|epoch|fit|generator|image|job|key|kind|lane|layer|library|"
    "line|machine|measure|method|metric|module|panel|part|pixel|plugin|point|process|regime|row|run|sample|score|section|"
    "second|seed|set|step|table|test|unit|value|worker"
)
THINGS = (
    "arrays|bits|bytes|cells|columns|components|cores|draws|entries|figures|files|fits|folders|images|jobs|keys|lines|"
    "measures|minutes|neighbours|notes|numbers|pages|pairs|panels|pixels|points|processes|reasons|rows|samples|scores|"
    "seconds|seeds|sentences|sets|sheets|tables|threads|times|values|verdicts|words"
)
THING = (
    "(?:an?|one) (?:byte|cell|column|entry|figure|file|fit|folder|job|key|lane|line|number|page|panel|part|process|row|"
    "sentence|sub-folder|supervisor|table|thread|verdict|word)"
)
VERB = r"(?! (?:can|gets|has|is|may|must|needs|that|was|which|with)\b)"

# what to write instead -> the phrase
FOREIGN = {
    "'one row per image'": rf"(?<!which )\b(?:{THING}|{THINGS}) an? (?:{UNIT})\b{VERB}",
    "'next to', 'together with' or 'in addition to'": r"\bbesides?\b",
    "'reported', 'listed' or 'named'": r"\btold\b(?! apart)|\bit (?:is|was|be) said\b|\b(?:is|was) (?:only|not) said\b",
    "'fix'": r"\bmend(?:s|ed|ing)?\b",
    "'at least' before the number": r"\w at least(?:[:;.,]| *$)",
    "'too few ...: at least N are needed'": r"\bare too few(?=[:;.,])",
    "'that the generator was trained on'": r"\b(?:had|has) seen\b",
    "'every per-image check'": r"\bown verdict\b",
    "'failed fits counted as 0'": r"\bas a user gets\b",
    "'inverted'": r"\b(?:black and white|white and black)\b.{0,12}\bexchanged\b",
    "'number of cells to run in parallel'": r"\bcells at once\b",
    "'to keep it'": r"\bonce it is to stay\b",
    "'is the difference real, or chance?'": r"\bor luck\b",
    "'use the values as they are'": r"\bare meant so\b",
    "'which generators'": r"\bwhose samples\b",
    "'is not a'": r"(?<!there )\b(?:is|are) no (?:address|archive|class|dataset|file|folder|generator|image|input|"
    r"metric|module|number|plain|plugin|section|store|word)s?\b",
    "'recomputed' or 'retried'": r"\b(?:computed|scored|tried) again\b",
    "'your own real images'": r"\b(?:images|pictures) of your own\b",
    "'is working on it'": r"\bhas (?:it|them) in hand\b",
    "'exists'": r"\bis there already\b",
}
# path and words around a phrase -> why they stay
LEGITIMATE = {
    ("CHANGELOG.md", "the key `mend` of a finding is now `fix`"): "names the former key",
    ("benchmark/jobs/generate.py", "Fits a generator and samples from it"): "here, 'fits' is the verb",
}


def texts(path: Path) -> Iterator[str]:
    """Yield all language in a file; of Python, that is comments and strings, not names."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield source
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    inside: set[ast.AST] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            inside.update(node.values)
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.value


def foreign(text: str) -> list[str]:
    """Return the phrases in a text, each with some words around it, wherever its lines are broken."""
    flat = " ".join(text.split())
    return [
        f"...{flat[max(0, found.start() - 30) : found.end() + 30]}... (write {instead})"
        for instead, phrase in FOREIGN.items()
        for found in re.finditer(phrase, flat, re.IGNORECASE)
    ]


def product() -> list[str]:
    """Return the paths of all that a user reads."""
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*")]
    names = [file.relative_to(ROOT) for file in [*files, *ROOT.glob("*")] if file.suffix in READ and file.is_file()]
    ours = [name for name in names if not any(part.startswith(".") or part == "build" for part in name.parts)]
    return sorted(name.as_posix() for name in ours if not name.as_posix().startswith(WRITTEN))


def test_no_foreign_phrase_is_in_the_product() -> None:
    paths = product()
    assert {"README.md", "pyproject.toml", "benchmark/cli/run.py", "reports/templates/map.js"} <= set(paths)
    found = {f"{path}: {phrase}" for path in paths for text in texts(ROOT / path) for phrase in foreign(text)}
    allowed = {line for line in found for path, words in LEGITIMATE if line.startswith(f"{path}: ") and words in line}
    assert found == allowed, "\n".join(sorted(found - allowed))
    for path, words in LEGITIMATE:
        assert any(line.startswith(f"{path}: ") and words in line for line in allowed), f"no longer in {path}: {words}"


@pytest.mark.parametrize(
    "phrase",
    [
        "Better, or luck?",
        "a row an image",
        "a line a cell",
        "a row a claim",
        "At most 1,000 images a class are scored",
        "a class needs 100 images; it is said which has fewer",
        "What the generator had seen was not said (--train)",
        "the images that pass their own verdict",
        "The values are meant so, even where they look wrong.",
        "Remove it; without this it is only said.",
        "Cells at once.  [default: the number of cores]",
        "Whose samples; controls too.",
        "'here' is no address of a Dask scheduler",
        "'here' is no store",
        "the real images are too few: 75 are needed to compare with",
        "black and white look exchanged",
        "Real images of your own: a folder with a sub-folder a class",
        "Once it is to stay, install the package",
        "what it is told",
        "needs two classes at least: there is nothing to tell one from",
        "As a user gets it",
        "a file beside\n    you",
        "what mends it",
        "what failed is tried\nagain",
    ],
)
def test_a_phrase_that_comes_back_is_noticed(tmp_path: Path, phrase: str) -> None:
    """In a page, and in a comment, a docstring, a message and an f-string of a module."""
    page = tmp_path / "page.md"
    page.write_text(phrase)
    comment = " ".join(phrase.split())
    for source in (
        phrase,
        f"# {comment}\n",
        f'"""{phrase}"""\n',
        f'help = """{phrase}"""\n',
        f'f"""{{0}}: {phrase}"""\n',
    ):
        path = page if source == phrase else tmp_path / "module.py"
        path.write_text(source)
        assert any(foreign(text) for text in texts(path)), source


@pytest.mark.parametrize(
    "text",
    [
        "classes can be told apart",
        "at least two classes",
        "one row per image",
        "which images a cell may use",
        "there is no file 'x'",
        "images as in MNIST's files",
    ],
)
def test_plain_english_passes(text: str) -> None:
    assert foreign(text) == []


def test_names_are_not_language(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("told = beside = mend = 1\n")
    assert list(texts(path)) == []

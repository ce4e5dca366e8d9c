"""How well questions are understood: `python -m bench.understanding [FILE.tsv …] [--seeds 20] [--grown 500]`.

A file has the columns question, guides (right ids with spaces between; or topic) and, if it likes, class; a
question without a right id is out of scope. Questions whose guides are not written yet are left out and
counted. Without files: bench/data. A baseline whose library is missing is left out and named.
"""

import argparse
import csv
import sys
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import mean, quantiles

from bench.rankers import RANKERS, Product, Ranker
from bench.slips import with_slips, without_marks
from bot.library import Guide, Library, load
from bot.services.understanding import Decision

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "bench" / "data"


@dataclass(frozen=True)
class Question:
    """What was asked, and which guides are right; none for what is out of scope."""

    text: str
    right: frozenset[str]
    kind: str


def read(files: Sequence[Path], known: Mapping[str, Guide]) -> tuple[list[Question], int]:
    """Returns the questions whose guide is written, and how many are waiting for theirs."""
    found, waiting = [], 0
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                named = frozenset((row.get("guides", row.get("topic")) or "").split())
                if named and not named & known.keys():
                    waiting += 1
                    continue
                found.append(Question(row["question"], named, row.get("class") or file.stem))
    return found, waiting


def hits(ranker: Ranker, asked: Sequence[Question], typed: Callable[[str], str]) -> list[float]:
    """Returns top-1 and top-3 in percent."""
    shown = [(ranker.rank(typed(question.text))[:3], question.right) for question in asked]
    first = mean(bool(ids) and ids[0] in right for ids, right in shown)
    return [100 * first, 100 * mean(bool(right & set(ids)) for ids, right in shown)]


def compared(library: Library, asked: Sequence[Question], seeds: int) -> list[list[str]]:
    """Measures every ranker on the questions that have a guide."""
    rows = [["", "top-1", "top-3", "no marks", "slips", "p50 µs", "p99 µs", "MB", "build s"]]
    for name, make in RANKERS.items():
        began = time.process_time()
        try:
            ranker = make(library)
            ranker.rank(asked[0].text)
        except ModuleNotFoundError as missing:
            rows.append([f"{name}: no {missing.name}"])
            continue
        built = time.process_time() - began
        plain = hits(ranker, asked, str)
        bare = hits(ranker, asked, without_marks)
        slips = [hits(ranker, asked, partial(with_slips, seed=seed)) for seed in range(seeds)]
        typed = [mean(run[at] for run in slips) for at in (0, 1)]
        p50, p99 = times(ranker, [question.text for question in asked])
        figures = [*plain, bare[0], typed[0]]
        cells = [f"{figure:.1f}" for figure in figures] + [f"{p50:.0f}", f"{p99:.0f}"]
        rows.append([name, *cells, f"{memory(make, library):.1f}", f"{built:.1f}"])
    return rows


def times(ranker: Ranker, questions: Sequence[str]) -> tuple[float, float]:
    """Returns p50 and p99 of the processor time of a query, in microseconds."""
    taken = []
    for question in [*questions, *questions]:
        began = time.process_time_ns()
        ranker.rank(question)
        taken.append((time.process_time_ns() - began) / 1000)
    cuts = quantiles(taken[len(questions) :], n=100)
    return cuts[49], cuts[98]


def memory(make: Callable[..., Ranker], library: Library) -> float:
    """Returns what building allocates and keeps, in MB (only what Python allocates)."""
    # A glossary of its own, or what is already built would be taken.
    unheard = f"x{time.monotonic_ns()}"
    glossary = library.glossary.model_copy(update={"silent": (*library.glossary.silent, unheard)})
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = make(replace(library, glossary=glossary))
    kept.rank("mật khẩu")
    size = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return size / 2**20


def decided(product: Product, asked: Sequence[Question]) -> list[list[str]]:
    """Returns, per class, what the reader decides and how much of it is right."""
    heading = ["class", "n", "top-1", "top-3", "answered", "right of these", "choose", "unknown"]
    kinds = defaultdict(list)
    for question in asked:
        group = "in scope" if question.right else "out of scope"
        result = (question.right, *product.decide(question.text))
        for kind in (f"{group}: all", f"{group}: {question.kind}"):
            kinds[kind].append(result)
    rows = [heading]
    for kind, results in sorted(kinds.items()):
        shares = [decision for _, decision, _ in results]
        answered = [(right, ids) for right, decision, ids in results if decision is Decision.ANSWER]
        first = mean(bool(ids) and ids[0] in right for right, _, ids in results)
        three = mean(bool(right & set(ids[:3])) for right, _, ids in results)
        exact = mean(ids[0] in right for right, ids in answered) if answered else None
        cells = [first, three, len(answered) / len(results), exact]
        cells += [shares.count(one) / len(shares) for one in (Decision.CHOOSE, Decision.UNKNOWN)]
        shown = ["—" if cell is None else f"{100 * cell:.1f}" for cell in cells]
        rows.append([kind, str(len(results)), *shown])
    return rows


def scope(product: Product, asked: Sequence[Question]) -> str:
    """Returns precision and recall of “unknown” as a finder of what is out of scope."""
    unknown = [(q.right, product.decide(q.text)[0] is Decision.UNKNOWN) for q in asked]
    said = [right for right, is_unknown in unknown if is_unknown]
    outside = [is_unknown for right, is_unknown in unknown if not right]
    if not said or not outside:
        return ""
    precision, recall = mean(not right for right in said), mean(outside)
    return (
        f"out of scope: precision {100 * precision:.1f}, recall {100 * recall:.1f} (rest: choices)"
    )


def grown(library: Library, size: int) -> Library:
    """Returns a library of so many guides: the shipped ones again, each copy about a place of its own."""
    guides, own = dict(library.guides), list(library.guides.values())
    while len(guides) < size:
        guide, copy = own[len(guides) % len(own)], len(guides) // len(own)
        place = f"{'abcdefghik'[copy % 10]}{guide.id[-3:]}{copy}"
        phrases = tuple(f"{phrase} {place}" for phrase in guide.phrases)
        update = {"id": f"{guide.id}-{copy}", "title": f"{guide.title} {place}", "phrases": phrases}
        guides[f"{guide.id}-{copy}"] = guide.model_copy(update=update)
    return replace(library, guides=guides)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Returns aligned columns."""
    width = max(len(row) for row in rows)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    widths = [max(len(row[column]) for row in full) for column in range(width)]
    lines = [
        "  ".join(
            cell.rjust(w) if at else cell.ljust(w)
            for at, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in full
    ]
    return "\n".join(line.rstrip() for line in lines)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument(
        "--seeds", type=int, default=3, help="runs with slips; the acceptance asks 20"
    )
    parser.add_argument("--grown", type=int, help="times of the reader with so many guides")
    given = parser.parse_args()
    library = load(ROOT / "content")
    asked, waiting = read(given.files or sorted(DATA.glob("questions-*.tsv")), library.guides)
    product = Product(library)
    print(f"{len(library.guides)} guides, {len(asked)} questions, {waiting} wait for their guide\n")
    if given.grown:
        many = Product(grown(library, given.grown))
        p50, p99 = times(many, [question.text for question in asked])
        print(f"{given.grown} guides: p50 {p50:.0f} µs, p99 {p99:.0f} µs")
        sys.exit()
    print(table(decided(product, asked)), scope(product, asked), sep="\n")
    print("\n" + table(compared(library, [q for q in asked if q.right], given.seeds)))


if __name__ == "__main__":
    main()

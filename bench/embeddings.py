"""What the local embedding adds to words: does a look-alike list hold what is bought along?

Reads UCI Online Retail's invoices (descriptions and baskets). Two items are drawn of each invoice;
a hit is the second among the 24 look-alikes of the first. Weights and widths were chosen on the
first 70 % of the invoices; the rest is told beside it.

    OMP_NUM_THREADS=1 .venv/bin/python -m bench.embeddings ../shared/data
"""

import csv
import gzip
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.content import ContentModel, Description, Reading, fit_content
from tailorbird.predict.embedding.local import fit_local

FILE = "orders/online_retail_2010-12_2011-08.csv.gz"
LISTED = 24
MOST_ITEMS = 40
Pairs = NDArray[np.int64]


def read(path: Path) -> tuple[list[str], list[list[int]]]:
    """Return the description of each item, and the items of each invoice in order of time."""
    texts: dict[str, str] = {}
    invoices: dict[tuple[str, str], list[str]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            text = row["Description"].strip()
            if text and float(row["Quantity"]) > 0:
                texts.setdefault(row["StockCode"], text)
                invoices[row["InvoiceDate"], row["InvoiceNo"]].append(row["StockCode"])
    codes = {item: code for code, item in enumerate(texts)}
    rows = [[codes[item] for item in dict.fromkeys(invoices[key])] for key in sorted(invoices)]
    return list(texts.values()), rows


def pairs_of(rows: list[list[int]], rng: np.random.Generator) -> Pairs:
    """Return int64[n, 2], two different items of each invoice that has 2 to 40."""
    found = [
        [row[place] for place in rng.choice(len(row), 2, replace=False)]
        for row in rows
        if 2 <= len(row) <= MOST_ITEMS
    ]
    return np.array(found, np.int64)


def hits(model: ContentModel, pairs: Pairs) -> float:
    """Return the share of pairs whose second item is a look-alike of the first."""
    codes = model.neighbors(LISTED).codes
    return float((codes[pairs[:, 0]] == pairs[:, 1, None]).any(axis=1).mean())


def main(root: Path) -> None:
    """Print a line for words alone, and one for each width and weight."""
    texts, rows = read(root / FILE)
    rng = np.random.default_rng(0)
    cut = int(len(rows) * 0.7)
    head, tail = pairs_of(rows[:cut], rng), pairs_of(rows[cut:], rng)
    described = [Description(text) for text in texts]
    print(f"{len(texts):,} items, {len(head):,} pairs to choose by, {len(tail):,} to tell")
    model = fit_content(described)
    print(f"words alone           {hits(model, head):.4f}  {hits(model, tail):.4f}")
    for width in (32, 64, 128):
        embedding = fit_local(texts, np.random.default_rng(0), width)
        for weight in (0.3, 1.0, 3.0):
            model = fit_content(described, Reading(embed=embedding, embed_weight=weight))
            told = f"{hits(model, head):.4f}  {hits(model, tail):.4f}"
            print(f"width {width:3}, weight {weight:.1f}  {told}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Warming up: the kernels of a slate are compiled, or loaded, before a request needs them."""

from __future__ import annotations

import numpy as np

from tailorbird.predict.blending import NO_LEANING, Limits, Rows, blend_scratch
from tailorbird.predict.board import Ladder
from tailorbird.predict.composing import Asking, Bench, Places, Policy, Shop, empty_sheet
from tailorbird.predict.drawing import Clues, Leaning, Picks, Stock, empty_pool
from tailorbird.predict.eligible import ANYTHING, Terms, fitting
from tailorbird.predict.held import hold
from tailorbird.predict.item_table import FACETS_AN_ITEM
from tailorbird.predict.plain import plain
from tailorbird.predict.serving import compose, finish
from tailorbird.predict.tracing import Trail, traced


def warm_up(stock: Stock) -> None:
    """Compose one tiny slate out of memory of its own, in any thread.

    Args:
        stock: that will be drawn from; only how its arrays are laid out matters.
    """
    codes, numbers = np.zeros(1, np.int32), np.zeros(1, np.float32)
    nobody, sources = codes[:0], np.zeros(1, np.int8)
    available, row = np.ones(1, np.uint8), np.full((1, FACETS_AN_ITEM), -1, np.int32)
    rows = Rows(available, row, codes - 1, codes - 1, codes - 1, numbers[:0])
    terms = Terms(np.zeros(1, np.uint64), numbers, numbers)
    trail = Trail(sources, nobody, nobody, -1, -1, nobody)
    ladder = Ladder(codes, numbers)
    asking = Asking(Clues(ladder, ladder, nobody, nobody, NO_LEANING), trail, nobody)
    picks = Picks(np.zeros(4, np.int32), np.zeros(4, np.float32), sources, codes, _NO_FACETS)
    policy = Policy(picks, ANYTHING, Limits(1, 0, 0, 0.0), Places(1, 0, 0, 0))
    shop, room = Shop(stock, nobody, rows, terms), empty_pool()
    bench = hold(Bench(shop, blend_scratch(1, 1), room, empty_sheet()))
    said = (plain(asking), plain(policy), bench)
    compose(*said)
    finish((plain(room), 0), *said)
    fitting(codes, ANYTHING, rows, terms)
    traced(codes, sources, codes, trail, rows.leaf)


_NO_FACETS = Leaning(0.0, 0, 0, 0)

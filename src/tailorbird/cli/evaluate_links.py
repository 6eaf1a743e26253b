"""`tailorbird evaluate links`: how many probabilistic links are right, on generated truth."""

from typing import Annotated

import msgspec
import typer
from rich.table import Table

from tailorbird.cli.evaluate_people import AsJson, show
from tailorbird.links.exam import PRECISIONS, Examined, Share, examine, pooled


def evaluate_links(
    shoppers: Annotated[int, typer.Option(help="How many shop in each town.", min=100)] = 6_000,
    days: Annotated[int, typer.Option(help="How long each is watched.", min=7)] = 60,
    seeds: Annotated[str, typer.Option(help="Towns, by commas: the same seed is the same.")] = "1",
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Measure probabilistic links on generated towns, where it is known who is behind what."""
    found = [examine(shoppers, days, seed) for seed in _numbers(seeds)]
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    show(_towns(found), _precisions(found), _bins(found))


def _numbers(seeds: str) -> list[int]:
    names = [name.strip() for name in seeds.split(",") if name.strip()]
    if not names or not all(name.isdecimal() for name in names):
        raise typer.BadParameter("Give whole numbers by commas, such as 1,2,3.")
    return [int(name) for name in names]


def _towns(found: list[Examined]) -> Table:
    first = found[0]
    table = Table(title=f"Towns of {first.shoppers:,} shoppers, watched for {first.days} days")
    names = ("seed", "events", "browsers", "anonymous", "known people", "logins that teach")
    for name in names:
        table.add_column(name, justify="right")
    for one in found:
        counts = (one.events, one.browsers, one.anonymous, one.known, one.truths)
        table.add_row(str(one.seed), *(f"{count:,}" for count in counts))
    return table


def _precisions(found: list[Examined]) -> Table:
    table = Table(title="Links of all towns together, with 95 % intervals")
    for name in (
        "asked",
        "rests on logins",
        "links",
        "right",
        "interval",
        "wrong, same home",
        "found of all",
        "of near",
    ):
        table.add_column(name, justify="right")
    for place, asked in enumerate(PRECISIONS):
        marks = [one.marks[place] for one in found]
        precision, recall, near = pooled(marks)
        low, high = precision.interval
        wrong = precision.of - precision.right
        table.add_row(
            f"{asked:.0%}",
            f"{sum(one.held_right for one in marks):,} of {sum(one.held_out for one in marks):,}",
            f"{precision.of:,}",
            _share(precision),
            f"{low:.1%} … {high:.1%}" if precision.of else "",
            f"{sum(one.household for one in marks)} of {wrong}",
            _share(recall),
            _share(near),
        )
    return table


def _bins(found: list[Examined]) -> Table:
    table = Table(title="Is a probability what it says? Each browser's likeliest candidate")
    for name in ("probability", "browsers", "right"):
        table.add_column(name, justify="right")
    for place in range(10):
        of = sum(one.bins[place][1] for one in found)
        right = sum(one.bins[place][2] for one in found)
        if of:
            span = f"{place / 10:.1f}-{(place + 1) / 10:.1f}"
            table.add_row(span, f"{of:,}", _share(Share(right, of)))
    return table


def _share(share: Share) -> str:
    return "" if share.value is None else f"{share.value:.1%}"

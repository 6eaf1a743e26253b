"""`tailorbird evaluate WHAT`: one command for each thing that can be measured offline."""

from typing import Any

import typer
from typer.core import TyperGroup

from tailorbird.cli.evaluate import evaluate
from tailorbird.cli.evaluate_bandits import bandits
from tailorbird.cli.evaluate_business import evaluate_business
from tailorbird.cli.evaluate_exposures import evaluate_exposures
from tailorbird.cli.evaluate_hybrid import evaluate_hybrid
from tailorbird.cli.evaluate_links import evaluate_links
from tailorbird.cli.evaluate_long import evaluate_long
from tailorbird.cli.evaluate_people import evaluate_intent, evaluate_segments, evaluate_value
from tailorbird.cli.evaluate_policy import policy
from tailorbird.cli.evaluate_uplift import uplift

DEFAULT = "dataset"


class Measurements(TyperGroup):
    """The commands of `evaluate`; what names none of them measures the next item.

    `tailorbird evaluate diginetica` is short for `tailorbird evaluate dataset diginetica`, and
    `tailorbird evaluate --policy NAME` for `tailorbird evaluate policy --policy NAME`.
    """

    def parse_args(
        self,
        ctx: Any,  # noqa: ANN401 - typer's click is private to it
        args: list[str],
    ) -> list[str]:
        """Put the command that is meant before arguments that name none."""
        if args[:1] != ["--help"] and (not args or args[0] not in self.commands):
            meant = "policy" if _asks_policy(args) and "policy" in self.commands else DEFAULT
            args = [meant, *args]
        return super().parse_args(ctx, args)


def _asks_policy(args: list[str]) -> bool:
    return any(word == "--policy" or word.startswith("--policy=") for word in args)


evaluations = typer.Typer(cls=Measurements, help="Measure models and policies offline.")
evaluations.command(DEFAULT)(evaluate)
evaluations.command("value")(evaluate_value)
evaluations.command("intent")(evaluate_intent)
evaluations.command("segments")(evaluate_segments)
evaluations.command("long")(evaluate_long)
evaluations.command("hybrid")(evaluate_hybrid)
evaluations.command("exposures")(evaluate_exposures)
evaluations.command("policy")(policy)
evaluations.command("uplift")(uplift)
evaluations.command("bandits")(bandits)
evaluations.command("business")(evaluate_business)
evaluations.command("links")(evaluate_links)

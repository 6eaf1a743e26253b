"""The command line: `tailorbird VERB`."""

import sys
from typing import Annotated

import typer

from tailorbird.cli.applying import apply
from tailorbird.cli.backup import backup, restore
from tailorbird.cli.bench import bench
from tailorbird.cli.dead_letters import dead_letters
from tailorbird.cli.demo import demo
from tailorbird.cli.doctor import doctor
from tailorbird.cli.evaluating import evaluations
from tailorbird.cli.experiment import experiment
from tailorbird.cli.exporting import export
from tailorbird.cli.features import features
from tailorbird.cli.importing import importing
from tailorbird.cli.keys import keys
from tailorbird.cli.kpis import kpis
from tailorbird.cli.links import links
from tailorbird.cli.models import models
from tailorbird.cli.next_action import next_action
from tailorbird.cli.offers import offers
from tailorbird.cli.person import person
from tailorbird.cli.replaying import replay
from tailorbird.cli.ruling import rules
from tailorbird.cli.segments import segments
from tailorbird.cli.serve import serve as run_server
from tailorbird.cli.simulate import simulate
from tailorbird.cli.training import train
from tailorbird.cli.workspaces import workspaces
from tailorbird.settings import read_settings
from tailorbird.spine.errors import TailorbirdError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(keys, name="keys")
app.add_typer(importing, name="import")
app.add_typer(person, name="person")
app.add_typer(rules, name="rules")
app.add_typer(dead_letters, name="dead-letters")
app.add_typer(experiment, name="experiment")
app.add_typer(features, name="features")
app.add_typer(evaluations, name="evaluate")
app.add_typer(segments, name="segments")
app.add_typer(links, name="links")
app.add_typer(offers, name="offers")

app.command()(demo)
app.command()(kpis)
app.command()(apply)
app.command()(train)
app.command()(export)
app.command()(replay)
app.command()(workspaces)
app.add_typer(models, name="models")
app.command()(doctor)
app.command()(backup)
app.command()(restore)
app.command()(bench)
app.command()(simulate)
app.command("next-action")(next_action)

Data = Annotated[str | None, typer.Option(help="The data folder.")]


@app.command()
def serve(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    config: Annotated[
        str | None, typer.Option(help="A YAML file or folder to apply at start.")
    ] = None,
) -> None:
    """Run the server: one process, no services."""
    run_server(read_settings(data=data, port=port, host=host, config=config))


def main() -> None:
    """Run a command; mistakes become one sentence and what to do, with exit code 1."""
    try:
        app()
    except TailorbirdError as error:
        print(f"{error.detail}\n{error.remedy}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()

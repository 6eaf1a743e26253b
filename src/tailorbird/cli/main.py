"""The command line: `tailorbird VERB`."""

import json
import sys
from typing import Annotated

import typer

from tailorbird.access.keys import KeyKind, new_key
from tailorbird.cli.bench import bench
from tailorbird.cli.demo import demo
from tailorbird.cli.evaluate import evaluate
from tailorbird.cli.exporting import export
from tailorbird.cli.importing import importing
from tailorbird.cli.person import person
from tailorbird.cli.replaying import replay
from tailorbird.cli.serve import serve as run_server
from tailorbird.cli.training import train
from tailorbird.compose import open_keys
from tailorbird.settings import read_settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.errors import TailorbirdError
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys.")
app.add_typer(keys, name="keys")
app.add_typer(importing, name="import")
app.add_typer(person, name="person")

app.command()(demo)
app.command()(train)
app.command()(export)
app.command()(replay)
app.command()(evaluate)
app.command()(bench)

Data = Annotated[str | None, typer.Option(help="The data folder.")]


@app.command()
def serve(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    config: Annotated[str | None, typer.Option(help="A YAML file or folder of placements.")] = None,
) -> None:
    """Run the server: one process, no services."""
    run_server(read_settings(data=data, port=port, host=host, config=config))


@keys.command("create")
def create_key(
    kind: Annotated[KeyKind, typer.Option(help="publishable for pages, secret for servers.")],
    data: Data = None,
    workspace: Annotated[str, typer.Option(help="The shop it opens.")] = DEFAULT_WORKSPACE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002
) -> None:
    """Make a key and print it once."""
    ring = open_keys(read_settings(data=data))
    key, text = new_key(kind, WorkspaceId(workspace), wall_clock())
    ring.add(key, text)
    print(json.dumps({"id": key.id, "key": text, "kind": key.kind.value}) if as_json else text)


def main() -> None:
    """Run a command; mistakes become one sentence and what to do, with exit code 1."""
    try:
        app()
    except TailorbirdError as error:
        print(f"{error.detail}\n{error.remedy}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()

"""`tailorbird models`: the trained versions, with what is known of each."""

import msgspec

from tailorbird.cli.options import AsJson, Data, Shop, existing
from tailorbird.compose import model_store
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId


def models(
    data: Data = None,
    workspace: Shop = DEFAULT_WORKSPACE,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show the trained versions with their facts; the one that serves is marked."""
    store = model_store(existing(data), WorkspaceId(workspace))
    serving = store.current()
    found = [
        {**version, "serving": str(version["name"]).replace("@", "-") == serving}
        for version in store.versions()
    ]
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    if not found:
        print("No model is trained yet: run `tailorbird train`.")
    for version in found:
        mark = "  (serving)" if version["serving"] else ""
        print(f"{version['name']}{mark}")
        facts = msgspec.convert(version.get("facts", {}), dict[str, object])
        for name, value in {"trainedOffset": version.get("trained_offset"), **facts}.items():
            print(f"  {name}: {value}")

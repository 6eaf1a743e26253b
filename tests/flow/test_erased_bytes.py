"""After an erasure no byte of the erased is in any file, whatever they did and wherever it went."""

import json
import secrets
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.commands import command, segment
from tests.live import Server, live_server, make_key

PEOPLE, ERASED = 400, 40
DAY_S = 86_400
_NOON_S = 1_700_000_000


class Somebody(msgspec.Struct, frozen=True):
    """A person with identifiers that nobody else has: random, so that bytes found are theirs."""

    user: str
    phone: str
    laptop: str
    mail: str
    number: str

    @property
    def known_by(self) -> tuple[str, ...]:
        """Everything that must be gone."""
        return (self.user, self.phone, self.laptop, self.mail, self.number)


def somebody() -> Somebody:
    mark = secrets.token_hex(8)
    return Somebody(
        f"u{mark}", f"p{mark}", f"l{mark}", f"{mark}@mail.example", f"+49{int(mark, 16) % 10**11}"
    )


def what_they_did(one: Somebody) -> list[dict[str, Any]]:
    """Return a life: two devices, one of them lent; logins, orders, refusals, repeats."""
    contact = {"email": one.mail, "phone": one.number, "note": f"ask {one.mail}"}
    on_phone: dict[str, Any] = {"type": "track", "anonymousId": one.phone}
    acts: list[dict[str, Any]] = [
        {**on_phone, "event": "Product Viewed", "properties": {"product_id": "i1"}},
        # A month later the same browser is a new person until it logs in.
        {**on_phone, "event": "Product Viewed", "properties": {"product_id": "i2"}},
        {**on_phone, "event": "Products Searched", "properties": {"query": one.mail}},
        {"type": "identify", "anonymousId": one.phone, "userId": one.user, "traits": contact},
        {"type": "alias", "previousId": one.laptop, "userId": one.user},
        {"type": "track", "event": "Looked", "userId": one.mail, "anonymousId": one.laptop},
        {"type": "identify", "anonymousId": one.laptop, "userId": f"x{one.user}"},
        {"type": "track", "event": "Order Completed", "userId": one.user, "properties": contact},
        {"type": "track", "event": 7, "userId": one.user, "properties": contact},
        {"type": "track", "event": "", "userId": one.mail, "anonymousId": one.phone},
    ]
    times = (0, 40, 41, 42, 43, 44, 45, 46, 47, 48)
    return [
        {**act, "messageId": secrets.token_hex(6), "timestamp": _NOON_S + day * DAY_S}
        for day, act in zip(times, acts, strict=True)
    ]


class Town(msgspec.Struct, frozen=True):
    """A data folder in which many lived, and those of them who were erased."""

    folder: Path
    erased: list[Somebody]
    stayed: list[Somebody]


def send(server: Server, key: str, path: str, events: list[dict[str, Any]]) -> None:
    body = b"\n".join(map(msgspec.json.encode, events))
    assert server.ask("POST", path, key, body)[0] == 200


def decide(server: Server, key: str, one: Somebody) -> None:
    asked = {"userId": one.user, "anonymousId": one.phone, "placements": [{"name": "home_recs"}]}
    assert server.ask("POST", "/v1/decide", key, json.dumps(asked).encode())[0] == 200


def live_in(server: Server, people: list[Somebody]) -> None:
    """Let everybody live their lives, mixed with each other, some of it twice."""
    key = make_key(server.folder)
    item = json.dumps([{"id": "i1", "title": "Lamp"}, {"id": "i2"}]).encode()
    assert server.ask("PUT", "/v1/items", key, item)[0] == 200
    lives = [what_they_did(one) for one in people]
    for acts in zip(*lives, strict=True):
        send(server, key, "/v1/import?source=town", list(acts))
    send(server, key, "/v1/import?source=town", lives[0])
    for one in people:
        decide(server, key, one)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Many lived here; half of the erased went while a server ran, half when none did."""
    folder = tmp_path_factory.mktemp("town") / "data"
    people = [somebody() for _ in range(PEOPLE)]
    erased = people[:: PEOPLE // ERASED]
    with live_server(folder) as server:
        live_in(server, people)
        file = segment(folder.with_name("f.jsonl"), *what_they_did(erased[0]))
        command("import", file, "--data", folder)
        forget(folder, erased[::2])
        server.stop()
    forget(folder, erased[1::2])
    return Town(folder, erased, [one for one in people if one not in erased])


def forget(folder: Path, people: list[Somebody]) -> None:
    """Erase people as their operator would: by user, by pseudonym, and by either browser."""
    for one in people:
        for who in (f"user:{one.user}", f"user:{one.mail}", f"user:x{one.user}"):
            assert command("person", "erase", who, "--data", folder).code == 0
        for browser in (one.phone, one.laptop):
            assert command("person", "erase", f"anonymous:{browser}", "--data", folder).code == 0


def files_holding(town: Town, people: list[Somebody]) -> set[str]:
    """Return the files in which anything of these people is found, with what it is."""
    files = {path: path.read_bytes() for path in town.folder.rglob("*") if path.is_file()}
    return {
        f"{path.relative_to(town.folder)}: {what[:1]}"
        for path, content in files.items()
        for one in people
        for what in one.known_by
        if what.encode() in content
    }


def test_no_file_holds_anything_of_the_erased(town: Town) -> None:
    assert files_holding(town, town.erased) == set()


def test_the_others_are_still_there(town: Town) -> None:
    assert files_holding(town, town.stayed[:1]) != set()


def test_no_export_shows_the_erased(town: Town) -> None:
    kinds = ("events", "people", "decisions", "exposures", "dead-letters")
    shown = "".join(command("export", kind, "--data", town.folder).out for kind in kinds)
    assert [what for one in town.erased for what in one.known_by if what in shown] == []


def test_the_erased_are_kept_out_afterwards(town: Town, tmp_path: Path) -> None:
    life = [act for act in what_they_did(town.erased[0]) if act.get("event") != 7]
    file = segment(tmp_path / "f.jsonl", *life)
    report = command("import", file, "--from", "segment", "--data", town.folder, "--json").json()
    assert report["accepted"] == 0


def test_what_is_left_is_what_the_log_makes(town: Town) -> None:
    said = command("replay", "--check", "--data", town.folder, "--json").json()
    assert said["first"] == []

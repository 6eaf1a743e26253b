"""A rollout follows its gate, on simulated shoppers: the good goes to everybody, harm goes back."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tailorbird.configure.configuration import Configuration
from tailorbird.configure.reading import BadConfiguration
from tailorbird.configure.reading import read as configured
from tailorbird.configured import KINDS
from tailorbird.experiments.assigning import Split, assigned_many
from tailorbird.experiments.configuration import EXPERIMENTS
from tailorbird.experiments.rollout import RolloutState, Stage
from tailorbird.experiments.staging import carried, experiments_in, stages_in
from tailorbird.measure.analysis import read
from tailorbird.measure.asking import question_of
from tailorbird.measure.following import Move, asks, moved, next_move
from tailorbird.measure.gates import judged
from tailorbird.measure.gathered import Cell, Gathered
from tailorbird.measure.sums import Sums
from tests.makers import DAY, HOUR, NOON_MS

CONFIG = """
experiments:
  - name: leaner
    status: running
    covariates: []
    metrics: [revenue_per_user]
    gate: {metric: revenue_per_user, minimumExposure: 500}
    rollout:
      steps: [5, 25, 50, 100]
      every: 1d
      gate: {metric: revenue_per_user, atLeast: -0.1, minimumExposure: 300}
    variants:
      - {name: control}
      - {name: treatment, placements: {home_recs: {lean: 0}}}
"""
_NEW_A_DAY = 4_000


def config(text: str = CONFIG) -> Configuration:
    return configured({"a.yaml": text}, KINDS)


def complaint(text: str) -> str:
    with pytest.raises(BadConfiguration) as refused:
        config(text)
    return str(refused.value)


class World:
    """Shoppers who come once, and spend by the arm that they see; a day's news is one cell an arm.

    Args:
        lift: what the treatment adds to what a shopper spends on average, which is 10.
        seed: of luck.
    """

    def __init__(self, lift: float, seed: int, configuration: Configuration | None = None) -> None:
        self.active = configuration or config()
        self.now_ms = NOON_MS
        self.moves: list[Move] = []
        self._lift = lift
        self._rng = np.random.default_rng(seed)
        self._cells: list[Cell] = []

    def live(self, days: int) -> "World":
        """Let days pass; the rollout looks once a day."""
        for _ in range(days):
            self._day()
            self.look()
            self.now_ms += DAY
        return self

    def look(self) -> Move:
        one, stage = self.active.of(EXPERIMENTS)[0], self.stage
        gate = asks(one, stage)
        found = Gathered(cells=tuple(self._cells))
        answer = None if gate is None else judged(gate, read(question_of(one), found))
        move = next_move(one, stage, answer, self.now_ms)
        self.moves.append(move)
        files = moved(self.active, move, self.now_ms)
        if files is not None:
            self.active = configured(files, KINDS)
        return move

    @property
    def stage(self) -> Stage | None:
        return stages_in(self.active).get("leaner")

    @property
    def shares(self) -> list[float]:
        return [one.to for one in self.moves if one.act != "stay"]

    def _day(self) -> None:
        units = self._rng.integers(0, 2**64, _NEW_A_DAY, np.uint64)
        arms = assigned_many(Split.of(experiments_in(self.active)[0]), units)
        if experiments_in(self.active)[0].released is not None:
            return
        for number, name in enumerate(("control", "treatment")):
            n = int((arms == number).sum())
            bought = self._rng.random(n) < 0.25
            spent = bought * self._rng.gamma(2.0, 20.0 + 2.0 * self._lift * number, n)
            self._cells.append(Cell(name, Sums.of({"revenue": spent}), self.now_ms // DAY))


def test_a_good_arm_comes_to_everybody_step_by_step() -> None:
    world = World(3.0, 1).live(20)
    assert world.shares == [5.0, 25.0, 50.0, 100.0]
    assert world.stage is not None
    assert world.stage.state is RolloutState.DONE
    assert "is proven" in world.stage.says


def test_a_harmful_arm_is_rolled_back_and_nobody_has_it() -> None:
    world = World(-4.0, 2).live(20)
    assert world.moves[-1].to == 0.0
    assert world.shares[-1] == 0.0
    assert max(world.shares) < 100.0
    assert not list(tried(world))
    assert world.stage is not None
    assert "is ruled out" in world.stage.says


def tried(world: World) -> Iterator[int]:
    units = np.arange(1_000, dtype=np.uint64)
    arms = assigned_many(Split.of(experiments_in(world.active)[0]), units)
    yield from (int(one) for one in arms if one >= 0)


def test_where_nothing_differs_hardly_any_rollout_comes_to_everybody() -> None:
    runs, false_go = 25, 0
    for seed in range(runs):
        false_go += 100.0 in World(0.0, 100 + seed).live(10).shares
    assert false_go / runs <= 0.05


def test_a_step_lets_people_join_and_moves_nobody() -> None:
    units = np.random.default_rng(3).integers(0, 2**64, 100_000, np.uint64)
    world, before = World(3.0, 1), np.full(len(units), -1)
    seen: list[float] = []
    while 100.0 not in world.shares:
        world.live(1)
        now: NDArray[np.int64] = assigned_many(Split.of(experiments_in(world.active)[0]), units)
        if 100.0 not in world.shares:
            assert (now[before >= 0] == before[before >= 0]).all()
            seen.append(float((now == 1).mean()))
        before = now
    assert seen[0] == pytest.approx(0.05, abs=0.005)
    assert seen[-1] == pytest.approx(0.5, abs=0.01)
    assert (before == 0).all()  # one arm is left, and everybody has it


def test_two_steps_are_apart_as_declared_however_often_it_looks() -> None:
    world = World(3.0, 1)
    while world.shares != [5.0, 25.0]:
        world.live(1)
    world.now_ms -= DAY  # back to when it stepped
    for _ in range(3):
        world.now_ms += HOUR
        assert "due at" in world.look().reasons[-1]
    assert world.shares == [5.0, 25.0]


def test_a_move_that_was_made_already_is_not_made_again() -> None:
    world = World(3.0, 1).live(1)
    begun = world.moves[0]
    assert begun.act == "begin"
    assert moved(world.active, begun, world.now_ms) is None


def test_a_pause_by_hand_holds_steps_but_not_a_rollback() -> None:
    paused = config(CONFIG.replace("every: 1d", "every: 1d\n      paused: true"))
    assert World(3.0, 1, paused).live(10).shares == [5.0]
    assert World(-4.0, 2, paused).live(20).shares[-1] == 0.0


def test_a_share_that_is_set_by_hand_wins() -> None:
    world = World(3.0, 1).live(12)
    text = CONFIG.replace("every: 1d", "every: 1d\n      at: 10")
    by_hand = configured(carried(world.active, config(text)), KINDS)
    assert stages_in(by_hand) == {}
    assert experiments_in(by_hand)[0].part[1] == pytest.approx(0.2)


def test_a_folder_that_knows_no_stages_keeps_them() -> None:
    world = World(3.0, 1).live(4)
    other = config(CONFIG.replace("every: 1d", "every: 2d"))
    kept = configured(carried(world.active, other), KINDS)
    assert stages_in(kept) == stages_in(world.active)


def test_a_stage_ends_with_its_experiment() -> None:
    world = World(3.0, 1).live(4)
    assert carried(world.active, configured({"a.yaml": ""}, KINDS)) == {"a.yaml": ""}


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("[5, 25, 50, 100]", "[25, 5]", 9, "steps must rise: 5 comes after 25"),
        ("[5, 25, 50, 100]", "[5, 75, 100]", 9, "`treatment` has at most 50 percent"),
        ("[5, 25, 50, 100]", "[0, 5]", 9, "0 is no percentage"),
        ("every: 1d", "every: daily", 10, "write it like 30s, 15m, 1h or 7d"),
        ("every: 1d", "evry: 1d", 10, "did you mean `every`?"),
        (
            "{metric: revenue_per_user, atL",
            "{metric: revenue_per_usr, atL",
            11,
            "`revenue_per_user`?",
        ),
        ("atLeast: -0.1", "interval: fixed", 11, "needs the `always_valid` interval"),
        ("{name: control}", "{name: control, placements: {home_recs: {lean: 1}}}", 8, "as it is"),
    ],
)
def test_a_mistake_is_named_with_its_line(before: str, after: str, line: int, says: str) -> None:
    found = complaint(CONFIG.replace(before, after))
    assert f"a.yaml:{line}: " in found
    assert says in found

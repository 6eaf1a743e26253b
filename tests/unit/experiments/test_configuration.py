"""What files may say of experiments and flags; what is wrong is named with its line."""

import pytest

from tailorbird.configure.reading import BadConfiguration, read
from tailorbird.experiments.configuration import EXPERIMENTS, FLAGS, HOLDOUTS
from tailorbird.experiments.experiment import Experiment

KINDS = (FLAGS, HOLDOUTS, EXPERIMENTS)
FLAG = "flags: [{name: fast, value: false}, {name: rate, value: 0.5}]\n"
GOOD = FLAG + (
    "experiments:\n"
    "  - name: faster\n"
    "    status: running\n"
    "    layer: home\n"
    "    traffic: [0, 0.5]\n"
    "    variants:\n"
    "      - name: control\n"
    "      - name: treatment\n"
    "        flags: {fast: true, rate: 1}\n"
)


def the_experiment(text: str) -> Experiment:
    return read({"a.yaml": text}, KINDS).of(EXPERIMENTS)[0]


def complaint(text: str) -> str:
    with pytest.raises(BadConfiguration) as refused:
        read({"a.yaml": text}, KINDS)
    return str(refused.value)


def test_an_experiment_is_read() -> None:
    one = the_experiment(GOOD)
    assert (one.part, one.shares, one.flags) == (
        (0.0, 0.5),
        {"control": 1.0, "treatment": 1.0},
        {"fast", "rate"},
    )


def test_one_number_is_a_share_of_the_layer() -> None:
    assert the_experiment(GOOD.replace("[0, 0.5]", "0.2")).part == (0.0, 0.2)


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("fast: true", "fats: true", 10, "there is no flag `fats`; did you mean `fast`?"),
        ("fast: true", "fast: 3", 10, "`fast` is a boolean, and this is a integer"),
        ("[0, 0.5]", "[0.5, 0.2]", 6, "`traffic` is a share"),
        ("layer: home", "overrides: {u1: treatment}", 5, "an override names `user:ID`"),
        ("layer: home", "overrides: {'user:a': treatmnt}", 5, "did you mean `treatment`?"),
        ("layer: home", "control: contrl", 5, "did you mean `control`?"),
        ("layer: home", "statsu: running", 5, "did you mean `status`?"),
        ("status: running", "status: runing", 4, "did you mean `running`?"),
        ("name: treatment", "name: holdout", 9, "not `holdout`"),
        ("name: treatment", "name: treatment\n        weight: 0", 10, "must be above 0"),
    ],
)
def test_a_mistake_is_named_with_its_line(before: str, after: str, line: int, says: str) -> None:
    found = complaint(GOOD.replace(before, after))
    assert f"a.yaml:{line}: " in found
    assert says in found


def test_two_experiments_may_not_vary_one_thing_apart() -> None:
    second = GOOD[GOOD.index("  - name: faster") :].replace("faster", "other")
    found = complaint(GOOD + second.replace("layer: home", "layer: cart"))
    assert "`faster` varies `fast` too: put both into one `layer`" in found


def test_two_experiments_may_not_share_traffic_of_a_layer() -> None:
    second = GOOD[GOOD.index("  - name: faster") :].replace("faster", "other")
    found = complaint(GOOD + second.replace("[0, 0.5]", "[0.4, 1]"))
    assert "it shares traffic of the layer `home` with `faster`" in found


def test_two_experiments_may_share_a_layer_in_parts() -> None:
    second = GOOD[GOOD.index("  - name: faster") :].replace("faster", "other")
    both = read({"a.yaml": GOOD + second.replace("[0, 0.5]", "[0.5, 1]")}, KINDS)
    assert len(both.of(EXPERIMENTS)) == 2


def test_there_is_one_holdout() -> None:
    found = complaint("holdouts: [{name: a, share: 0.1}, {name: b, share: 0.1}]")
    assert "there can be one holdout only" in found

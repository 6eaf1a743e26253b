"""What a source of exposures and outcomes hands to the analyst: sums, and what was odd."""

import msgspec

from tailorbird.measure.sums import Sums


class Cell(msgspec.Struct, frozen=True):
    """The sums of the units of one arm that were first exposed on one day.

    Attributes:
        arm: Its name.
        sums: Over the metrics' columns and the covariates; see `covariates` of `Gathered`.
        day: Days since 1970 in the time zone asked for; None where no times are known.
        period: Which of the question's weights were in force when the arm was given; None: those of
            the day.
    """

    arm: str
    sums: Sums
    day: int | None = None
    period: int | None = None


class SegmentCell(msgspec.Struct, frozen=True):
    """The sums of the units of one arm with one value of a segment's column, in one period."""

    column: str
    value: str
    arm: str
    sums: Sums
    period: int = 0


class QuantileCell(msgspec.Struct, frozen=True):
    """A quantile of one arm.

    Attributes:
        metric: Its name.
        arm: Its name.
        n: Units.
        value: The quantile.
        deviation: Its standard error, from the order statistics around it (Woodruff, 1952).
    """

    metric: str
    arm: str
    n: int
    value: float
    deviation: float


class AgeCell(msgspec.Struct, frozen=True):
    """The sums of the units of one arm and period, over what they did at two ages.

    Attributes:
        arm: Its name.
        sums: Over `young …` and `old …` columns of the first metric.
        settled: Whether these units were watched through both ages; else through the first only.
        period: Which of the question's weights were in force when the arm was given.
    """

    arm: str
    sums: Sums
    settled: bool
    period: int = 0


class Ages(msgspec.Struct, frozen=True):
    """What people did in their first days after exposure, and in as many days behind.

    Attributes:
        days: How many.
        cells: The sums.
    """

    days: int
    cells: tuple[AgeCell, ...]


class Winsorized(msgspec.Struct, frozen=True, rename="camel"):
    """A column whose largest values were capped."""

    column: str
    quantile: float
    cap: float
    units: int


class Oddities(msgspec.Struct, frozen=True, rename="camel"):
    """What was not as it should be, counted.

    Attributes:
        rows: Of exposures, as they came.
        without_unit: Rows without a unit; left out.
        without_arm: Rows without an arm; left out.
        repeated: Rows beyond the first of their unit.
        contaminated: Units seen in two arms.
        left_out: Contaminated units that were left out, for want of times.
        outcomes_before: Outcome rows before their unit's exposure; not counted as outcomes.
        outcomes_outside: Outcome rows of units that were never exposed.
        outcomes_late: Outcome rows after the window.
        missing: By column, units without a value or with one that is no number.
        imputed: By covariate, units whose value was missing and taken to be the mean.
        whales: By column, the largest unit's share of the total.
        winsorized: Columns that were capped.
    """

    rows: int = 0
    without_unit: int = 0
    without_arm: int = 0
    repeated: int = 0
    contaminated: int = 0
    left_out: int = 0
    outcomes_before: int = 0
    outcomes_outside: int = 0
    outcomes_late: int = 0
    missing: dict[str, int] = {}
    imputed: dict[str, int] = {}
    whales: dict[str, float] = {}
    winsorized: tuple[Winsorized, ...] = ()


class Gathered(msgspec.Struct, frozen=True):
    """All that the analyst needs of an experiment; nobody can be recognized in it.

    Attributes:
        cells: One an arm and day.
        covariates: The columns of sums that adjust: those asked for, and one for each that was
            missing for some, which says for whom.
        segments: One an arm and a segment's value.
        quantiles: One an arm and quantile metric.
        assigned: By arm, units that were assigned, exposed or not; empty where not known.
        oddities: What was odd.
        ages: The first metric by days since first exposure; None where no times are known.
    """

    cells: tuple[Cell, ...] = ()
    covariates: tuple[str, ...] = ()
    segments: tuple[SegmentCell, ...] = ()
    quantiles: tuple[QuantileCell, ...] = ()
    assigned: dict[str, int] = {}
    oddities: Oddities = Oddities()
    ages: Ages | None = None

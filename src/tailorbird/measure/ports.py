"""What the analyst needs from outside: somebody who sums exposures and outcomes."""

from typing import Protocol

from tailorbird.measure.gathered import Gathered
from tailorbird.measure.question import Question


class Exposures(Protocol):
    """A place where exposures and outcomes lie: a table, or Tailorbird's own lake."""

    async def gather(self, question: Question) -> Gathered: ...

"""The analyst: has exposures and outcomes summed where they lie, and reads the sums."""

import asyncio

from tailorbird.measure.analysis import read
from tailorbird.measure.gathered import Gathered
from tailorbird.measure.gathering import gather
from tailorbird.measure.ports import Exposures
from tailorbird.measure.question import Question
from tailorbird.measure.reading import Reading
from tailorbird.measure.tables import Table


class TableExposures:
    """Exposures and outcomes in files or a database, read by DuckDB through Ibis."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def gather(self, question: Question) -> Gathered:
        """Return the sums; see `gather` of `measure/gathering.py` for what may be wrong."""
        return await asyncio.to_thread(gather, self._table, question)


class Analyst:
    """Answers "did it work?"."""

    def __init__(self, exposures: Exposures) -> None:
        self._exposures = exposures

    async def read(self, question: Question) -> Reading:
        """Return the reading of an experiment.

        Raises:
            UnreadableTable: what lies outside cannot be read.
            UnknownColumn: a column is missing there.
            BadWeights: the planned split does not fit the arms.
        """
        return read(question, await self._exposures.gather(question))

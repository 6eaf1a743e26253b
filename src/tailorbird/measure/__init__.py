"""Did it work? Effects with intervals, health first, from sums over exposures and outcomes."""

"""The composition root: the one place where rooms meet their backends."""

from tailorbird.compose.install import Install
from tailorbird.compose.workspace import Workspace

__all__ = ["Install", "Workspace"]

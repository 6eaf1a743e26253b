"""What machine code holds on to, so that it is not handed in anew at every call.

Handing in an array costs a call some 80 ns, since its shape, its memory and its owner are read
from a Python object; a model's answer reads forty, a slate sixty. Most of them stay the same from
one call to the next. Those are held: handed in once, as a whole, and then named by one reference.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.experimental import structref

from tailorbird.predict.kernel import kernel


@structref.register
class HeldType(types.StructRef):
    """How Numba knows a `Held`."""


class Held(structref.StructRefProxy):
    """A tuple that is held; kernels read it as `value`. Its arrays live as long as it does."""

    value: Any


structref.define_attributes(HeldType)  # type: ignore[no-untyped-call]
structref.define_constructor(Held, HeldType, ["value"])  # type: ignore[no-untyped-call]
structref.define_boxing(HeldType, Held)  # type: ignore[no-untyped-call]


@kernel
def hold(value: tuple[Any, ...]) -> Held:
    """Return a tuple, named or not, held."""
    return Held(value)  # type: ignore[no-untyped-call]

"""Bundles of arrays that compiled functions hand on as one pointer.

A NamedTuple of arrays is passed array by array, eight machine words each: with a hundred arrays a
call costs more than its work, and compiling it takes minutes. A handle holds the same fields under
the same names; compiled code cannot tell the two apart.
"""

from typing import Any

from numba import types
from numba.experimental import structref

from routing.engine.compiled import compiled
from routing.engine.kernel.search_ground import Ground
from routing.engine.kernel.search_state import State


class _Struct(types.StructRef):
    """Fields of whole types: a number is a number, whatever its value."""

    def preprocess_fields(self, fields: Any) -> Any:
        """Return the fields without literal types."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


@structref.register
class GroundType(_Struct):
    """Type of `GroundHandle`."""


@structref.register
class StateType(_Struct):
    """Type of `StateHandle`."""


class GroundHandle(structref.StructRefProxy):
    """The fields of `Ground`."""


class StateHandle(structref.StructRefProxy):
    """The fields of `State`."""


structref.define_proxy(GroundHandle, GroundType, list(Ground._fields))
structref.define_proxy(StateHandle, StateType, list(State._fields))


@compiled
def ground_handle(ground: Ground) -> GroundHandle:
    """Return a handle on the arrays."""
    return GroundHandle(*ground)


@compiled
def state_handle(state: State) -> StateHandle:
    """Return a handle on the arrays."""
    return StateHandle(*state)

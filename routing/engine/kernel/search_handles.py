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
        unliteral: Any = types.unliteral
        return tuple((name, unliteral(kind)) for name, kind in fields)


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


_define: Any = structref.define_proxy
_define(GroundHandle, GroundType, list(Ground._fields))
_define(StateHandle, StateType, list(State._fields))
_new_ground: Any = GroundHandle
_new_state: Any = StateHandle


@compiled
def ground_handle(ground: Ground) -> Ground:
    """Return a handle on the arrays; it has the attributes of `Ground` in compiled code only."""
    handle: Ground = _new_ground(*ground)
    return handle


@compiled
def state_handle(state: State) -> State:
    """Return a handle on the arrays; it has the attributes of `State` in compiled code only."""
    handle: State = _new_state(*state)
    return handle

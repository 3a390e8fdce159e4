"""Who may start, stop and commit plans."""

from logistics.errors import DomainError
from logistics.scoping import Principal, Role

MAY_PLAN = frozenset({Role.DISPATCHER, Role.ADMIN, Role.SYSTEM})


class PlanningForbidden(DomainError):
    """A principal who may read plans at most asked for more."""

    def __init__(self) -> None:
        super().__init__("forbidden", "Only dispatchers may start, cancel or commit plans.", 403)


def refuse_others(by: Principal) -> None:
    """Raise PlanningForbidden unless this principal may start, stop and commit plans."""
    if by.role not in MAY_PLAN:
        raise PlanningForbidden

"""What can be wrong with a request, said in words a person can act on."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in an input: where (JSON pointer or row and field), which rule, what to do."""

    pointer: str
    code: str
    detail: str


@dataclass(slots=True)
class DomainError(Exception):
    """A request that the domain refuses; doors turn it into problem+json or a page message."""

    code: str
    detail: str
    status: int = 409
    faults: list[Fault] = field(default_factory=list)

    def __str__(self) -> str:
        return self.detail


class InvalidInput(DomainError):
    """The request itself is wrong; sending it again unchanged cannot succeed."""

    def __init__(self, detail: str, faults: list[Fault] | None = None) -> None:
        super().__init__("invalid_input", detail, 422, faults or [])


class StaleState(DomainError):
    """Another worker or person moved the row first."""

    def __init__(self, detail: str) -> None:
        super().__init__("stale_state", detail, 409)


class ForbiddenMove(DomainError):
    """The state machine has no such transition."""

    def __init__(self, detail: str) -> None:
        super().__init__("forbidden_move", detail, 409)

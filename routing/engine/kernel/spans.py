"""When the delivery of each load may start: its windows, less the closures of its place."""

from routing.engine.problem import Problem

Span = tuple[int, int]


def open_spans(problem: Problem, *, is_restricted: bool) -> list[list[Span]]:
    """Return, per load, the spans of moments (ends in) in which its service may start."""
    loads = problem.loads
    windows: dict[int, list[Span]] = {}
    rows = problem.windows
    for load, from_s, to_s in zip(
        rows.load.tolist(), rows.from_s.tolist(), rows.to_s.tolist(), strict=True
    ):
        windows.setdefault(load, []).append((from_s, to_s))
    closed: dict[int, list[Span]] = {}
    shut = problem.closures
    for place, from_s, to_s in zip(
        shut.place.tolist(), shut.from_s.tolist(), shut.to_s.tolist(), strict=True
    ):
        closed.setdefault(place, []).append((from_s, to_s))
    columns = (loads.delivery_from_s, loads.delivery_to_s, loads.service_s, loads.place)
    found = []
    for row, (from_s, to_s, service_s, place) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        spans = [(from_s, to_s)]
        if row in windows:
            spans = _joined([_common(span, (from_s, to_s)) for span in windows[row]])
        if is_restricted:
            for shut_from_s, shut_to_s in closed.get(place, ()):
                spans = _without(spans, shut_from_s - service_s + 1, shut_to_s - 1)
        found.append(spans)
    return found


def _common(span: Span, other: Span) -> Span:
    return max(span[0], other[0]), min(span[1], other[1])


def _joined(spans: list[Span]) -> list[Span]:
    """Return the spans in order, those that touch or overlap as one; empty ones are dropped."""
    kept: list[Span] = []
    for from_s, to_s in sorted(span for span in spans if span[0] <= span[1]):
        if kept and from_s <= kept[-1][1] + 1:
            kept[-1] = kept[-1][0], max(kept[-1][1], to_s)
        else:
            kept.append((from_s, to_s))
    return kept


def _without(spans: list[Span], from_s: int, to_s: int) -> list[Span]:
    """Return the spans less the moments from_s … to_s (ends in)."""
    if from_s > to_s:
        return spans
    parts = [(a, min(b, from_s - 1)) for a, b in spans] + [(max(a, to_s + 1), b) for a, b in spans]
    return _joined(parts)

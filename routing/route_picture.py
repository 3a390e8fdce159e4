"""Draws routes as an SVG map, and a day's trips as an SVG timeline, in the look of the house.

Neighbors differ in color and in dash, and each route carries its number where it is farthest out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from routing.engine.instances.plain_routes import NumberedRoute
from routing.engine.plain.problem import PlainProblem
from routing.engine.problem import Problem
from routing.engine.solution import Solution

GRAY = "#5b6778"
COLORS = ("#2f6fed", "#0ca5a0", "#8a6d3b", "#7c4dcc", "#d9822b", "#2b8a3e", "#d63939", GRAY)
DASHES = ("", "7 3", "2 3", "10 3 2 3", "14 4")
FONT = "Inter, 'Noto Sans SC', 'Source Han Sans SC', system-ui, sans-serif"
SIDE, HEAD, MARGIN = 1000, 64, 28
ROW, LABEL = 18, 150
HOUR_S = 3600

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the picture."""

    title: str
    line: str


def map_picture(problem: PlainProblem, routes: Sequence[NumberedRoute], heading: Heading) -> str:
    """Return the map: depots as squares, clients as dots, those that are left as crosses."""
    at = _scaled(problem.coordinates)
    shapes = [shape for route in routes for shape in _route(problem, route, at)]
    visited = {stop for route in routes for stop in route.stops}
    for place in range(problem.n_depots, problem.n_places):
        x, y = at[place]
        if place in visited:
            shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="#1f2733"/>')
        else:
            cross = f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"
            shapes.append(
                f'<path d="{cross}" stroke="#d63939" stroke-width="1.6"><title>left: {place}'
                "</title></path>"
            )
    for x, y in at[: problem.n_depots]:
        shapes.append(
            f'<rect x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" fill="#1f2733"'
            ' stroke="#fff" stroke-width="1.5"><title>depot</title></rect>'
        )
    return _page(shapes, heading, width=SIDE, height=SIDE + HEAD)


def _scaled(coordinates: Sequence[Point]) -> list[Point]:
    """Return the places within the picture, north up, one scale for both axes."""
    if not coordinates:
        return []
    low_x, low_y = (min(point[axis] for point in coordinates) for axis in (0, 1))
    high_x, high_y = (max(point[axis] for point in coordinates) for axis in (0, 1))
    scale = (SIDE - 2 * MARGIN) / (max(high_x - low_x, high_y - low_y) or 1)
    bottom = HEAD + SIDE - MARGIN
    return [(MARGIN + (x - low_x) * scale, bottom - (y - low_y) * scale) for x, y in coordinates]


def _route(problem: PlainProblem, route: NumberedRoute, at: Sequence[Point]) -> Iterator[str]:
    """Yield the way between the stops, the fainter ways from and to the depot, and the number."""
    clients = [stop for stop in route.stops if stop >= problem.n_depots]
    if not clients:
        return
    number = route.vehicle - 1
    color, dash = COLORS[number % len(COLORS)], DASHES[number // len(COLORS) % len(DASHES)]
    style = f'fill="none" stroke="{color}" stroke-linejoin="round"'
    home = at[route.depot]
    for trip in _trips(route.stops, problem.n_depots):
        for stop in (trip[0], trip[-1]):
            yield (
                f'<path d="M{home[0]:.1f} {home[1]:.1f}L{at[stop][0]:.1f} {at[stop][1]:.1f}"'
                f' stroke="{color}" stroke-width="0.7" opacity="0.3"/>'
            )
        line = " ".join(f"{at[stop][0]:.1f},{at[stop][1]:.1f}" for stop in trip)
        yield (
            f'<polyline points="{line}" {style} stroke-width="1.8" stroke-dasharray="{dash}">'
            f"<title>{route.vehicle}: {' '.join(map(str, route.stops))}</title></polyline>"
        )
    far = max(clients, key=lambda stop: _squared(at[stop], home))
    x, y = at[far]
    yield (
        f'<text x="{x + 4:.1f}" y="{y - 4:.1f}" font-size="11" font-weight="600" fill="{color}"'
        f' stroke="#fff" stroke-width="2.5" paint-order="stroke">{route.vehicle}</text>'
    )


def _trips(stops: Iterable[int], n_depots: int) -> list[list[int]]:
    trips: list[list[int]] = [[]]
    for stop in stops:
        if stop < n_depots:
            trips.append([])
        else:
            trips[-1].append(stop)
    return [trip for trip in trips if trip]


def _squared(one: Point, other: Point) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def timeline_picture(problem: Problem, solution: Solution, heading: Heading) -> str:
    """Return the trips as bars over the hours: loading gray, visits in color, driving thin."""
    trips = sorted(solution.routes, key=lambda trip: (trip.start_s, trip.vehicle))
    from_s = min((trip.start_s for trip in trips), default=problem.horizon_from_s)
    to_s = max((trip.end_s for trip in trips), default=from_s + HOUR_S)
    scale = (SIDE - LABEL - MARGIN) / max(1, to_s - from_s)
    height = HEAD + 2 * MARGIN + ROW * max(1, len(trips))

    def across(moment_s: int) -> float:
        return LABEL + (moment_s - from_s) * scale

    shapes = []
    step_s = HOUR_S * max(1, round((to_s - from_s) / HOUR_S / 12))
    for moment_s in range(from_s, to_s, step_s):
        x = across(moment_s)
        shapes.append(f'<path d="M{x:.1f} {HEAD}V{height - MARGIN}" stroke="#dde2ea"/>')
        shapes.append(
            f'<text x="{x:.1f}" y="{height - 10}" font-size="10" fill="#5b6778"'
            f' text-anchor="middle">+{(moment_s - from_s) / HOUR_S:.0f} h</text>'
        )
    for row, trip in enumerate(trips):
        y = HEAD + MARGIN + ROW * row
        color = COLORS[row % (len(COLORS) - 1)]  # all but gray
        shapes.append(
            f'<text x="{MARGIN}" y="{y + 4}" font-size="11" fill="#1f2733">'
            f"{escape(problem.vehicles.refs[trip.vehicle][:20])}</text>"
            f'<path d="M{across(trip.start_s):.1f} {y}H{across(trip.end_s):.1f}" stroke="{color}"'
            ' stroke-width="2"/>'
        )
        for loading in trip.loadings:
            shapes += _bar(across(loading.from_s), across(loading.to_s), y, GRAY)
        for visit in trip.visits:
            shapes += _bar(across(visit.start_s), across(visit.end_s), y, color)
    return _page(shapes, heading, width=SIDE, height=height)


def _bar(left: float, right: float, y: float, color: str) -> list[str]:
    width = max(1.5, right - left)
    return [
        f'<rect x="{left:.1f}" y="{y - 5}" width="{width:.1f}" height="10" rx="2" fill="{color}"/>'
    ]


def _page(shapes: Iterable[str], heading: Heading, *, width: int, height: int) -> str:
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
                f' width="{width}" height="{height}" font-family="{FONT}">'
            ),
            f"<title>{escape(heading.title)}</title>",
            f'<rect width="{width}" height="{height}" fill="#f4f6f9"/>',
            (
                f'<rect x="10" y="{HEAD - 8}" width="{width - 20}" height="{height - HEAD - 2}" rx="6"'
                ' fill="#fff" stroke="#dde2ea"/>'
            ),
            (
                f'<text x="{MARGIN}" y="28" font-size="17" font-weight="600" fill="#1f2733">'
                f"{escape(heading.title)}</text>"
            ),
            f'<text x="{MARGIN}" y="47" font-size="12" fill="#5b6778">{escape(heading.line)}</text>',
            *shapes,
            "</svg>",
            "",
        ]
    )

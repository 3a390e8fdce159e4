"""Short times beyond the band that add up: when the budget is used up, and what a second look says of it."""

import random
from dataclasses import dataclass, field, replace

import pytest

from tests.warehouses.compliance.random_histories import LATEST_S, Judge, make
from tests.warehouses.compliance.test_histories import HISTORIES, N_PARTS
from warehouses.compliance import cumulative
from warehouses.compliance.anchor import span
from warehouses.compliance.cumulative import Budget, second_look, used_up
from warehouses.compliance.excursions import Excursion, Phase, Severity, Side
from warehouses.compliance.fold import fold
from warehouses.compliance.join import join
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import NO_READINGS, arrange

HOUR = 3600
BAND = Limits(lowest_centi_c=200, highest_centi_c=800, tolerance_s=600, max_gap_s=2 * HOUR)
BUDGET = Budget(allowed_s=1500, window_s=HOUR)
# Ten minutes too warm, ten minutes well, three times: no excursion, but 25 minutes in the hour after 55.
THRICE = arrange([600 * i for i in range(9)], [500, 900, 500, 950, 500, 900, 500, 500, 500])


def test_times_that_are_no_excursion_use_up_the_budget_together() -> None:
    assert fold(THRICE, BAND).excursions == ()
    (found,) = used_up(THRICE, BAND, BUDGET)
    assert (found.started_s, found.ended_s, found.phase) == (3301, 4500, Phase.CLOSED)
    assert (found.side, found.peak_centi_c, found.n_readings) == (Side.HIGH, 950, 3)
    assert (found.exposure.beyond_s, found.severity) == (1800, Severity.MINOR)
    # Three triangles, each 20 minutes wide.
    assert found.exposure.degree_minutes == pytest.approx(10 + 15 + 10)


def test_it_stays_open_while_the_window_holds_too_much_and_silence_hides_its_end() -> None:
    until = arrange(THRICE.at_s[:7], THRICE.value_centi_c[:7])
    (running,) = used_up(until, BAND, BUDGET)
    assert (running.phase, running.ended_s) == (Phase.OPEN, None)
    (lost,) = used_up(until, BAND, BUDGET, is_silent=True)
    assert (lost.phase, lost.ended_s) == (Phase.UNKNOWN_END, 3600)


def test_one_step_that_reaches_into_the_window_has_its_reading() -> None:
    long = arrange([0, 100, 5000, 6000], [500, 850, 850, 500])
    (found,) = used_up(long, replace(BAND, max_gap_s=5000), Budget(600, 1000))
    assert (found.started_s, found.peak_centi_c) == (701, 850)


def test_a_budget_that_comes_free_for_a_moment_is_one_excursion() -> None:
    values = [500, *[900, 500] * 3, 500, 500, *[900, 500] * 3, 500, 500]
    twice = arrange([600 * i for i in range(len(values))], values)
    assert [e.started_s for e in used_up(twice, BAND, BUDGET)] == [3301, 8101]
    (found,) = used_up(twice, replace(BAND, merge_gap_s=3601), BUDGET)
    assert found.is_merged


def test_nothing_measured_uses_nothing() -> None:
    assert used_up(NO_READINGS, BAND, BUDGET) == ()


@pytest.mark.parametrize(("allowed_s", "window_s"), [(60, 60), (-1, 60)])
def test_an_impossible_budget_is_refused(allowed_s: int, window_s: int) -> None:
    with pytest.raises(ValueError, match="cannot hold more"):
        Budget(allowed_s, window_s)


def test_a_look_that_does_not_reach_one_window_back_says_nothing() -> None:
    late = THRICE.between(1200, LATEST_S)
    assert second_look([(late, False)], 4800, (), BAND, BUDGET, loaded_from_s=1200) is None
    whole = second_look([(THRICE, False)], 4800, (), BAND, BUDGET, loaded_from_s=None)
    assert whole is not None
    assert whole.excursions == used_up(THRICE, BAND, BUDGET)


@dataclass
class Keeper(Judge):
    """Keeps what came in and judges it by a budget, from a moment before the news."""

    budget: Budget = field(kw_only=True)

    def _look_from(self, low_s: int, spans: object, *, is_whole: bool) -> bool:
        known = [span(e.phase, e.started_s, e.ended_s, self.limits) for e in self.excursions]
        streams = [(one, False) for one in self._streams(low_s) if len(one)]
        look = second_look(
            streams,
            self.dirty_from_s or 0,
            known,
            self.limits,
            self.budget,
            loaded_from_s=None if is_whole else low_s,
        )
        if look is None:
            return False
        kept = (e for e in self.excursions if e.started_s <= look.from_s)
        self.excursions = (*kept, *look.excursions)
        return True

    def whole(self) -> tuple[Excursion, ...]:
        every = self._streams(-LATEST_S)
        return join([used_up(one, self.limits, self.budget) for one in every])


def keep(seed: int) -> Keeper:
    history, chance = make(seed), random.Random(seed)
    window_s = chance.choice([3600, 7200, 6 * 3600])
    budget = Budget(chance.choice([0, 300, 600, 1800]), window_s)
    keeper = Keeper(history.limits, history.n_sensors, budget=budget)
    for batch in history.batches:
        keeper.take(batch)
        if chance.random() < 0.5:
            keeper.look()
    keeper.look()
    return keeper


def differences(seeds: range) -> list[int]:
    keepers = ((seed, keep(seed)) for seed in seeds)
    return [seed for seed, keeper in keepers if keeper.excursions != keeper.whole()]


@pytest.mark.parametrize("part", range(N_PARTS))
def test_a_history_out_of_order_ends_in_the_batch_answer(part: int) -> None:
    size = -(-HISTORIES // N_PARTS)
    assert differences(range(part * size, (part + 1) * size)) == [], "seeds that differ"


def test_the_histories_hold_what_they_are_meant_to_hold() -> None:
    keepers = [keep(seed) for seed in range(60)]
    found = [e for keeper in keepers for e in keeper.excursions]
    assert {str(e.phase) for e in found} == {"open", "closed"}
    assert any(e.is_merged for e in found)
    assert sum(keeper.n_short_looks for keeper in keepers) > 150


def test_a_look_with_less_than_a_window_behind_it_would_be_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cumulative, "_known_s", lambda *_: -LATEST_S)
    assert differences(range(200))

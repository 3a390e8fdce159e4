"""Why a load stays or a rule fails: the codes of the vocabulary and their sentences."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """One enumeration for engine, board, API and KPIs."""

    NO_VEHICLE_OF_CLASS = "no_vehicle_of_class"
    TOO_HEAVY = "too_heavy"
    TOO_BIG = "too_big"
    TOO_MANY_PALLETS = "too_many_pallets"
    WINDOW_TOO_SHORT = "window_too_short"
    UNREACHABLE_IN_WINDOW = "unreachable_in_window"
    BEYOND_SHIFT_OR_REST = "beyond_shift_or_rest"
    HEAT_BUDGET = "heat_budget"
    NO_DOCK_IN_TIME = "no_dock_in_time"
    SEGREGATION = "segregation"
    CARRIER_NOT_ALLOWED = "carrier_not_allowed"
    CONTRACT_LIMIT = "contract_limit"
    LOCKED_OUT = "locked_out"
    NEEDS_COMMITMENTS_CHANGED = "needs_commitments_changed"
    WOULD_MOVE_TOO_MUCH = "would_move_too_much"
    DEARER_THAN_ITS_PRICE = "dearer_than_its_price"
    INVALID_INPUT = "invalid_input"


class Broken(NamedTuple):
    """The first rule that fails, with the figures that prove it; `load` is -1 for a whole trip."""

    reason: Reason
    load: int
    numbers: dict[str, int]


_ENGLISH = {
    Reason.NO_VEHICLE_OF_CLASS: "No vehicle has a compartment for this temperature class.",
    Reason.TOO_HEAVY: "Weighs {needs_kg} kg; the largest suitable vehicle takes {largest_kg} kg.",
    Reason.TOO_BIG: "Takes {needs_l} L; the largest suitable compartment holds {largest_l} L.",
    Reason.TOO_MANY_PALLETS: (
        "Needs {needs_pallets} pallets in one compartment; the largest suitable one holds"
        " {largest_pallets}."
    ),
    Reason.WINDOW_TOO_SHORT: (
        "Loading takes {needs_min} min; the pickup window within the depot's opening hours leaves"
        " {window_min} min."
    ),
    Reason.UNREACHABLE_IN_WINDOW: (
        "The earliest possible arrival is {late_min} min after the delivery window closes."
    ),
    Reason.BEYOND_SHIFT_OR_REST: (
        "With legal rest the trip goes {over_min} min beyond the shift, the longest trip or the"
        " planning horizon."
    ),
    Reason.HEAT_BUDGET: "The doors would stand open too long for the goods.",
    Reason.NO_DOCK_IN_TIME: (
        "No dock for this temperature class is free in time; {n_docks} docks serve it."
    ),
    Reason.SEGREGATION: "The goods may not share a compartment with what is already there.",
    Reason.CARRIER_NOT_ALLOWED: "None of the {n_vehicles} vehicles belongs to an allowed carrier.",
    Reason.CONTRACT_LIMIT: "The contract's limit is reached.",
    Reason.LOCKED_OUT: "A dispatcher's lock keeps the load out.",
    Reason.NEEDS_COMMITMENTS_CHANGED: (
        "{n_alone} of {n_vehicles} vehicles could carry it alone; {n_alone_used} of them have"
        " other trips, and the load fits into none of the plan's trips."
    ),
    Reason.WOULD_MOVE_TOO_MUCH: (
        "The way found to take it along moves too much of the plan in force: {n_kept} loads would"
        " keep vehicle and time; at least {n_least} are to."
    ),
    Reason.DEARER_THAN_ITS_PRICE: (
        "Carrying it costs at least {cost_yuan} yuan more; leaving it is priced at"
        " {price_yuan} yuan."
    ),
    Reason.INVALID_INPUT: "The load's data are not valid.",
}

_CHINESE = {
    Reason.NO_VEHICLE_OF_CLASS: "没有车辆具备该温层的车厢。",
    Reason.TOO_HEAVY: "重量 {needs_kg} 公斤；合适车辆最多可载 {largest_kg} 公斤。",
    Reason.TOO_BIG: "体积 {needs_l} 升；合适车厢最大容积 {largest_l} 升。",
    Reason.TOO_MANY_PALLETS: "同一车厢需 {needs_pallets} 个托盘位；合适车厢最多 {largest_pallets} 个。",
    Reason.WINDOW_TOO_SHORT: "装货需 {needs_min} 分钟；提货时间窗与仓库开放时间的交集只有 {window_min} 分钟。",
    Reason.UNREACHABLE_IN_WINDOW: "最早到达时间比送货时间窗结束晚 {late_min} 分钟。",
    Reason.BEYOND_SHIFT_OR_REST: "计入法定休息后，行程超出班次、最长行程或计划期 {over_min} 分钟。",
    Reason.HEAT_BUDGET: "开门时间过长，超出货物的受热限度。",
    Reason.NO_DOCK_IN_TIME: "该温层没有月台能及时空出；可用月台共 {n_docks} 个。",
    Reason.SEGREGATION: "货物不得与车厢内已有货物混装。",
    Reason.CARRIER_NOT_ALLOWED: "{n_vehicles} 辆车均不属于允许的承运商。",
    Reason.CONTRACT_LIMIT: "已达到合同上限。",
    Reason.LOCKED_OUT: "调度员已锁定，不得安排。",
    Reason.NEEDS_COMMITMENTS_CHANGED: (
        "{n_vehicles} 辆车中有 {n_alone} 辆可单独承运，其中 {n_alone_used} 辆已有车次，"
        "且该货载无法加入方案中的任何车次。"
    ),
    Reason.WOULD_MOVE_TOO_MUCH: (
        "若承运该货载，现行方案变动过大：仅 {n_kept} 票货载保持原车辆和时间，至少须保持 {n_least} 票。"
    ),
    Reason.DEARER_THAN_ITS_PRICE: "承运至少增加 {cost_yuan} 元；不承运的代价为 {price_yuan} 元。",
    Reason.INVALID_INPUT: "货载数据无效。",
}

TIME_RAN_OUT = {
    "en": "Time ran out before the load had been tried in every trip; plan for longer.",
    "zh-hans": "在逐一尝试所有车次之前时间已用尽；请延长计算时间。",
}
"""Said instead of a reason that is not proven."""

_SENTENCES = {"en": _ENGLISH, "zh-hans": _CHINESE}


def sentence(reason: Reason, numbers: Mapping[str, int], language: str = "en") -> str:
    """Return the sentence of `reason` in ``en`` or ``zh-hans`` with its numbers filled in."""
    shown = dict(numbers)
    for name, value in numbers.items():
        if name.endswith("_s"):
            shown[f"{name[:-2]}_min"] = -(-value // 60)
        if name.endswith("_fen"):
            shown[f"{name[:-4]}_yuan"] = value // 100
    return _SENTENCES[language][reason].format_map(_Blank(shown))


class _Blank(dict[str, int]):
    """Show a number that was not given as a question mark, rather than fail on a sentence."""

    def __missing__(self, key: str) -> str:
        return "?"

"""Which carriers may carry a load: by contract, by lane, and by the load's own lock."""

from collections.abc import Mapping, Sequence

from logistics.models import Contract, ContractLane
from routing.models import Load


def allowed_carriers(
    load: Load, *, contracts: Sequence[Contract], lanes: Mapping[int, Sequence[ContractLane]]
) -> frozenset[int]:
    """Return the carriers with a contract, of the load's shipper or a general one, whose lanes hold the load.

    A contract without a shipper is open to every shipper, one without lanes runs everywhere. A
    lock narrows the answer to one carrier; it never makes up for a missing contract.
    """
    found = frozenset(
        contract.carrier_id
        for contract in contracts
        if contract.shipper_id in {None, load.shipper_id}
        and is_on_a_lane(load, lanes.get(contract.pk, ()))
    )
    return found & {load.locked_carrier_id} if load.locked_carrier_id else found


def is_on_a_lane(load: Load, lanes: Sequence[ContractLane]) -> bool:
    """Say whether the load's way lies on one of the lanes; no lane means everywhere."""
    return not lanes or any(
        load.origin.adcode.startswith(lane.origin_prefix)
        and load.destination.adcode.startswith(lane.destination_prefix)
        for lane in lanes
    )

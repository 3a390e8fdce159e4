"""Settings of planning, travel and addresses; `logistics.settings` takes them all over."""

from logistics.environment import is_temperature, is_web_address, not_negative, positive, read

PLAN_SECONDS = read("int", "PLAN_SECONDS", 20, lambda s: 1 <= s <= 7200)
PLAN_LEASE_S = read("int", "PLAN_LEASE_S", 15, lambda s: 3 <= s <= 60)
PLAN_MAX_ATTEMPTS = read("int", "PLAN_MAX_ATTEMPTS", 3, positive)
PLAN_HORIZON_S = read("int", "PLAN_HORIZON_S", 72 * 3600, positive)
PLAN_MAX_LOADING_DEPOTS = read("int", "PLAN_MAX_LOADING_DEPOTS", 2, lambda n: 1 <= n <= 3)
PLAN_TURNAROUND_S = read("int", "PLAN_TURNAROUND_S", 1800, lambda s: 1200 <= s <= 86_400)
PLAN_MAX_DAILY_DRIVING_S = read(
    "int", "PLAN_MAX_DAILY_DRIVING_S", 8 * 3600, lambda s: s == 0 or 4 * 3600 <= s <= 86_400
)
PLAN_DAILY_REST_S = read("int", "PLAN_DAILY_REST_S", 8 * 3600, lambda s: 3600 <= s <= 86_400)
PLAN_CHANGE_VEHICLE_FEN = read("int", "PLAN_CHANGE_VEHICLE_FEN", 20_000, not_negative)
PLAN_CHANGE_TRIP_FEN = read("int", "PLAN_CHANGE_TRIP_FEN", 10_000, not_negative)
PLAN_CHANGE_QUARTER_FEN = read("int", "PLAN_CHANGE_QUARTER_FEN", 2_000, not_negative)
TENDER_OPEN_S = read("int", "TENDER_OPEN_S", 1800, lambda s: 120 <= s <= 86_400)
TENDER_LEAD_S = read("int", "TENDER_LEAD_S", 3600, lambda s: 0 <= s <= 86_400)
AMBIENT_C_BY_HOUR = read(
    "list",
    "AMBIENT_C_BY_HOUR",
    [],
    lambda hours: not hours or (len(hours) == 24 and all(is_temperature(hour) for hour in hours)),
)
HEAT_BUDGET_FROZEN_C_MIN = read("int", "HEAT_BUDGET_FROZEN_C_MIN", 900, not_negative)
HEAT_BUDGET_CHILLED_MEAT_C_MIN = read("int", "HEAT_BUDGET_CHILLED_MEAT_C_MIN", 450, not_negative)
HEAT_BUDGET_CHILLED_C_MIN = read("int", "HEAT_BUDGET_CHILLED_C_MIN", 900, not_negative)
DOOR_OPEN_PERCENT = read("int", "DOOR_OPEN_PERCENT", 25, lambda p: 1 <= p <= 100)
PRECOOL_DC_PER_MIN = read("int", "PRECOOL_DC_PER_MIN", 6, lambda r: 1 <= r <= 100)
TRAVEL_CIRCUITY = read("float", "TRAVEL_CIRCUITY", 1.25, lambda c: 1 <= c <= 3)
TRAVEL_SPEED_CITY_KMH = read("float", "TRAVEL_SPEED_CITY_KMH", 30.0, lambda v: 5 <= v <= 100)
TRAVEL_SPEED_ROAD_KMH = read("float", "TRAVEL_SPEED_ROAD_KMH", 50.0, lambda v: 5 <= v <= 100)
TRAVEL_SPEED_EXPRESSWAY_KMH = read(
    "float", "TRAVEL_SPEED_EXPRESSWAY_KMH", 72.0, lambda v: 5 <= v <= 100
)
TRAVEL_SPEED_BY_HOUR = read(
    "list",
    "TRAVEL_SPEED_BY_HOUR",
    ["100"] * 24,
    lambda hours: len(hours) == 24 and all(h.isdecimal() and 10 <= int(h) <= 150 for h in hours),
)
TRAVEL_PROVIDER = read(
    "str", "TRAVEL_PROVIDER", "great_circle", lambda p: p in {"great_circle", "osrm", "valhalla"}
)
TRAVEL_MAP = read("str", "TRAVEL_MAP", "")
TRAVEL_MAX_TABLE = read("int", "TRAVEL_MAX_TABLE", 100, lambda n: 2 <= n <= 10_000)
TRAVEL_TIMEOUT_S = read("float", "TRAVEL_TIMEOUT_S", 10.0, lambda t: 0 < t <= 600)
TRAVEL_TRIES = read("int", "TRAVEL_TRIES", 3, lambda n: 1 <= n <= 10)
TRAVEL_TRUCK_HEIGHT_M = read("float", "TRAVEL_TRUCK_HEIGHT_M", 4.0, lambda m: 1 <= m <= 5)
TRAVEL_TRUCK_WIDTH_M = read("float", "TRAVEL_TRUCK_WIDTH_M", 2.55, lambda m: 1 <= m <= 4)
TRAVEL_TRUCK_LENGTH_M = read("float", "TRAVEL_TRUCK_LENGTH_M", 12.0, lambda m: 2 <= m <= 30)
TRAVEL_TRUCK_WEIGHT_T = read("float", "TRAVEL_TRUCK_WEIGHT_T", 18.0, lambda t: 1 <= t <= 60)
OSRM_URL = read(
    "str", "OSRM_URL", "", lambda url: is_web_address(url, may_miss=TRAVEL_PROVIDER != "osrm")
)
OSRM_PROFILE = read("str", "OSRM_PROFILE", "driving", lambda name: name.isidentifier())
VALHALLA_TILES = read("str", "VALHALLA_TILES", "")
VALHALLA_URL = read(
    "str",
    "VALHALLA_URL",
    "",
    lambda url: is_web_address(url, may_miss=bool(VALHALLA_TILES) or TRAVEL_PROVIDER != "valhalla"),
)
GEOCODER = read("str", "GEOCODER", "offline", lambda g: g in {"offline", "nominatim", "baidu"})
GEOCODER_LEAST_CONFIDENCE = read("float", "GEOCODER_LEAST_CONFIDENCE", 0.6, lambda c: 0 <= c <= 1)
GEOCODER_PAUSE_S = read("float", "GEOCODER_PAUSE_S", 1.0, lambda s: 0 <= s <= 60)
NOMINATIM_URL = read("str", "NOMINATIM_URL", "", lambda url: is_web_address(url, may_miss=True))
BAIDU_URL = read("str", "BAIDU_URL", "https://api.map.baidu.com", is_web_address)
BAIDU_API_KEY = read("str", "BAIDU_API_KEY", "", lambda key: key or GEOCODER != "baidu")
BAIDU_SECURITY_KEY = read("str", "BAIDU_SECURITY_KEY", "")

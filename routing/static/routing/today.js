// Wires the Today page: each part draws from its own JSON and stands alone.
import { payload } from "../park/tokens.js";
import { drawGantt } from "./gantt.js";
import { drawHours } from "./hours.js";
import { drawMap } from "./map.js";

const trips = payload("gantt-data");
const places = payload("map-data");
const hours = payload("hours-data");

const map = places ? drawMap(document.getElementById("map"), places) : null;
if (trips) drawGantt(document.getElementById("gantt"), trips, { hovered: (id) => map?.highlight(id) });
if (hours) drawHours(document.getElementById("hours"), hours);

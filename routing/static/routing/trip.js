// Wires the trip page.
import { payload } from "../park/tokens.js";
import { drawMap } from "./map.js";
import { drawTemperatures } from "./temperature.js";

const places = payload("map-data");
if (places) drawMap(document.getElementById("map"), { ...places, near: null });
const curves = payload("temperature-data");
if (curves) drawTemperatures(document.getElementById("temperature"), curves);

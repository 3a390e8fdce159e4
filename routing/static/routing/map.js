// Trips on an offline map: province lines, rivers, corridors and cities from our own files, no tile server.
import { onTheme, token } from "../park/tokens.js";

const BASE = new URL("../park/basemap/", import.meta.url);
const DASHES = { frozen: null, chilled: "9 5", ambient: "2 5", parcel: "11 4 2 4" };
const FILLS = { dock: "danger", yard: "warning", stop: "ink" };
const HENAN = [[31.9, 111.2], [36.2, 116.2]];

export function drawMap(element, data) {
  const map = L.map(element, { zoomSnap: 0.25, zoomDelta: 0.5, minZoom: 4, maxZoom: 14, attributionControl: true, zoomControl: true, wheelPxPerZoomLevel: 90 });
  map.attributionControl.setPrefix(false).addAttribution("Natural Earth · GeoNames");
  map.createPane("base").style.zIndex = 300;
  map.createPane("labels").style.zIndex = 620;
  map.getPane("labels").style.pointerEvents = "none";

  const base = { province: L.geoJSON(null, { pane: "base", interactive: false }), water: L.geoJSON(null, { pane: "base", interactive: false }), road: L.geoJSON(null, { pane: "base", interactive: false }) };
  Object.values(base).forEach((layer) => layer.addTo(map));
  const trips = new Map(data.trips.map((trip) => [trip.id, line(trip).addTo(map)]));
  const stops = data.places.map((place) => marker(place, data).addTo(map));

  const everything = L.latLngBounds(data.places.map((place) => place.at));
  const near = data.near && !L.latLngBounds(HENAN).contains(everything) ? L.latLngBounds(HENAN) : null;
  map.fitBounds(near ?? everything.pad(0.15), { animate: false });
  if (near) views(map, data, near, everything).addTo(map);

  onTheme(() => {
    base.province.setStyle({ color: token("province"), weight: 1, fill: false });
    base.water.setStyle({ color: token("water"), weight: 1.6, fill: false });
    base.road.setStyle({ color: token("road"), weight: 1.5, fill: false });
    for (const trip of data.trips) trips.get(trip.id).setStyle({ color: token(trip.family) });
    for (const stop of stops) stop.setStyle({ color: token("surface"), fillColor: token(FILLS[stop.options.kind]) });
  });
  load(base, map, data.name);

  return {
    highlight(id) {
      for (const [key, trip] of trips) trip.setStyle({ opacity: !id || key === id ? 0.9 : 0.12, weight: key === id ? 4 : 2 });
      if (id) trips.get(id)?.bringToFront();
    },
  };
}

function line(trip) {
  const drawn = L.polyline(trip.points, { weight: 2, opacity: 0.9, dashArray: DASHES[trip.family], color: token(trip.family), bubblingMouseEvents: false });
  drawn.bindTooltip(trip.name, { sticky: true });
  drawn.on("mouseover", () => drawn.setStyle({ weight: 5 }));
  drawn.on("mouseout", () => drawn.setStyle({ weight: 2 }));
  if (trip.url) drawn.on("click", () => location.assign(trip.url));
  return drawn;
}

function marker(place, data) {
  const radius = place.kind === "dock" ? 6 : place.kind === "yard" ? 4.5 : Math.min(2.5 + place.n / 3, 4.5);
  const dot = L.circleMarker(place.at, { radius, weight: 1.5, fillOpacity: 1, kind: place.kind });
  const label = document.createElement("span");
  label.textContent = data.calls && place.n > 1 ? `${place.name} · ${place.n} ${data.calls}` : place.name;
  return dot.bindTooltip(label, { direction: "top", offset: [0, -4] });
}

function views(map, data, near, everything) {
  const control = L.control({ position: "topright" });
  control.onAdd = () => {
    const box = L.DomUtil.create("div", "leaflet-bar");
    const button = L.DomUtil.create("a", "", box);
    Object.assign(button, { href: "#", role: "button", textContent: data.everything });
    Object.assign(button.style, { width: "auto", padding: "0 .5rem", fontSize: ".75rem" });
    let isNear = true;
    L.DomEvent.on(button, "click", (event) => {
      L.DomEvent.stop(event);
      isNear = !isNear;
      button.textContent = isNear ? data.everything : data.near;
      map.fitBounds(isNear ? near : everything.pad(0.05));
    });
    return box;
  };
  return control;
}

async function load(base, map, nameOf) {
  const read = async (name) => (await fetch(new URL(`${name}.geojson`, BASE))).json();
  const [provinces, rivers, roads, cities] = await Promise.all(["province_lines", "rivers", "expressway_corridors", "cities"].map(read));
  base.province.addData(provinces);
  base.water.addData(rivers);
  base.road.addData(roads);
  document.dispatchEvent(new CustomEvent("theme"));
  for (const { geometry, properties } of cities.features) {
    const [longitude, latitude] = geometry.coordinates;
    const isHome = properties.name_zh === "漯河";
    const name = document.createElement("span");
    name.textContent = properties[nameOf];
    L.tooltip({ permanent: true, direction: "right", offset: [5, 0], className: `city-label${isHome ? " is-home" : ""}`, pane: "labels" })
      .setLatLng([latitude, longitude]).setContent(name).addTo(map);
  }
}

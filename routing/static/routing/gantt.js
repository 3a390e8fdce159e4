// The trips of a day over time: loading at the dock, driving, waiting, unloading, rest, each with its own shape.
import { axis, chart, escaped, look, tooltip } from "./charts.js";
import { faded, FONT, token } from "../park/tokens.js";

const ROW = 34;
const LEFT = 192;

export function drawGantt(element, data, { hovered }) {
  const parts = data.rows.flatMap((row, y) => row.parts.map(([kind, from, to, label]) => ({ value: [y, from, to], kind, label, row })));
  const first = Math.min(...parts.map((part) => part.value[1]));
  const last = Math.max(...parts.map((part) => part.value[2]));
  const left = Math.floor(first / 60) * 60;
  const right = Math.ceil(last / 60) * 60;
  const shown = Math.max(4, Math.floor((element.clientHeight - 74) / ROW));
  const view = { x: [left, Math.min(right, left + 16 * 60)], y: [0, Math.min(shown, data.rows.length) - 1] };

  const drawn = chart(element, () => ({
    ...look(),
    grid: { left: LEFT, right: 26, top: 28, bottom: 40 },
    tooltip: tooltip({ formatter: ({ data: part }) => (part ? describe(part, data) : "") }),
    xAxis: axis({
      type: "value", min: left, max: right, position: "top", interval: 60, minInterval: 60,
      axisLabel: { color: token("muted"), fontSize: 11, formatter: (minute) => hour(minute, data.days), hideOverlap: true },
    }),
    yAxis: axis({
      type: "category", inverse: true, data: data.rows.map((_, y) => y), splitLine: { show: true, lineStyle: { color: token("line") } },
      axisLabel: { show: false }, axisLine: { show: false },
    }),
    dataZoom: [
      { id: "x", type: "slider", xAxisIndex: 0, filterMode: "weakFilter", startValue: view.x[0], endValue: view.x[1], height: 16, bottom: 10, ...slider(), labelFormatter: (minute) => hour(Math.round(minute), data.days) },
      { id: "x-wheel", type: "inside", xAxisIndex: 0, filterMode: "weakFilter", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, moveOnMouseMove: true },
      { id: "y", type: "slider", yAxisIndex: 0, startValue: view.y[0], endValue: view.y[1], width: 12, right: 6, zoomLock: true, brushSelect: false, showDetail: false, ...slider() },
      { id: "y-wheel", type: "inside", yAxisIndex: 0, startValue: view.y[0], endValue: view.y[1], zoomOnMouseWheel: false, moveOnMouseWheel: true, moveOnMouseMove: false, zoomLock: true },
    ],
    series: [
      { type: "custom", renderItem: head(data), data: data.rows.map((row, y) => ({ value: [y, left, right], row })), encode: { x: [1, 2], y: 0 }, clip: false, tooltip: { show: false }, z: 4, cursor: "pointer" },
      {
        type: "custom", renderItem: stretch(parts), data: parts, encode: { x: [1, 2], y: 0 }, clip: true, z: 3, cursor: "pointer",
        markLine: data.now === null ? undefined : {
          silent: true, symbol: "none", data: [{ xAxis: data.now }], lineStyle: { color: token("now"), type: "dashed", width: 1 },
          label: { formatter: data.words.now, color: token("now"), fontSize: 10, position: "insideEndTop", rotate: 0 },
        },
      },
    ],
  }));

  drawn.on("click", ({ data: part }) => { if (part?.row) location.assign(part.row.url); });
  drawn.on("mouseover", ({ data: part }) => hovered(part?.row?.id ?? null));
  drawn.on("globalout", () => hovered(null));
}

function slider() {
  return {
    borderColor: "transparent", backgroundColor: token("page"), fillerColor: faded("muted", 0.22),
    handleStyle: { color: token("surface"), borderColor: token("muted") }, moveHandleSize: 0, dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
    selectedDataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } }, textStyle: { color: token("muted"), fontSize: 10 },
  };
}

function hour(minute, days) {
  const day = Math.floor(minute / 1440);
  const clock = `${String(Math.floor((minute - day * 1440) / 60)).padStart(2, "0")}:${String(((minute % 60) + 60) % 60).padStart(2, "0")}`;
  return day !== 0 && minute % 1440 === 0 ? (days[day] ?? clock) : clock;
}

function clockOf(minute, days) {
  const day = Math.floor(minute / 1440);
  return day === 0 ? hour(minute, days) : `${days[day] ?? ""} ${hour(minute % 1440 || 0, days)}`.trim();
}

function describe({ row, kind, label, value }, data) {
  const families = row.families.map((family) => data.families[family]).join(" · ");
  return `<b>${escaped(row.name)}</b> ${escaped(row.carrier)}<br>${escaped(row.type)} · ${escaped(families)} · ${row.fill} % ${escaped(data.fill)}`
    + `<br>${escaped(data.words[kind])}${label ? ` · ${escaped(label)}` : ""} ${clockOf(value[1], data.days)}–${clockOf(value[2], data.days)}`;
}

// The row's head, left of the time axis: plate, carrier, and a bar per class of freight.
function head(data) {
  return (params, api) => {
    const row = data.rows[api.value(0)];
    const [, y] = api.coord([0, api.value(0)]);
    const { y: top, height } = params.coordSys;
    if (y < top || y > top + height) return null;
    const text = (content, x, dy, style) => ({ type: "text", x, y: y + dy, style: { text: content, fontFamily: FONT, verticalAlign: "middle", ...style } });
    const words = row.families.map((family) => data.families[family]).join("·");
    return {
      type: "group",
      children: [
        { type: "rect", shape: { x: 0, y: y - ROW / 2, width: LEFT, height: ROW }, style: { fill: token("surface") } },
        { type: "rect", shape: { x: 4, y: y - 12, width: 3, height: 24, r: 1.5 }, style: { fill: token(row.families[0] ?? "muted") } },
        text(row.name, 14, -7, { fill: token("ink"), font: `600 12px ${FONT}` }),
        text(words, LEFT - 8, -7, { fill: token(`${row.families[0] ?? "ambient"}-ink`), font: `500 11px ${FONT}`, align: "right" }),
        text(row.carrier, 14, 8, { fill: token("muted"), font: `11px ${FONT}`, width: 128, overflow: "truncate", ellipsis: "…" }),
        { type: "rect", shape: { x: LEFT - 44, y: y + 6, width: 36, height: 4, r: 2 }, style: { fill: token("line") } },
        { type: "rect", shape: { x: LEFT - 44, y: y + 6, width: 0.36 * Math.min(100, row.fill), height: 4, r: 2 }, style: { fill: token("muted") } },
      ],
    };
  };
}

function stretch(parts) {
  return (params, api) => {
    const { kind, label, row } = parts[params.dataIndex];
    const [from, y] = api.coord([api.value(1), api.value(0)]);
    const [to] = api.coord([api.value(2), api.value(0)]);
    const clipped = echarts.graphic.clipRectByRect(
      { x: from, y: y - 10, width: Math.max(to - from, 1), height: 20 },
      { x: params.coordSys.x, y: params.coordSys.y, width: params.coordSys.width, height: params.coordSys.height },
    );
    return clipped && SHAPES[kind](clipped, y, label, row.families[0] ?? "ambient");
  };
}

function box({ x, y, width, height }, style, label, color) {
  // A word that does not fit is left to the tooltip: half a word misleads.
  const needs = [...label].reduce((sum, sign) => sum + (sign > "\u2e80" ? 11 : 6.5), 4);
  const shown = needs <= width ? label : "";
  return {
    type: "rect", shape: { x, y, width, height, r: 3 }, style,
    textContent: shown ? { style: { text: shown, font: `500 10.5px ${FONT}`, fill: color} } : undefined,
    textConfig: { position: "inside" },
  };
}

const SHAPES = {
  drive: ({ x, width }, y, _label, family) => ({ type: "rect", shape: { x, y: y - 2, width, height: 4 }, style: { fill: token(family) } }),
  serve: (area, _y, label, family) => box(area, { fill: token(family) }, label, contrast(family)),
  dock: (area, _y, label, family) => box(area, { fill: faded("muted", 0.12), stroke: token(family), lineWidth: 1 }, label, token("ink")),
  rest: ({ x, y, width, height }) => ({ type: "rect", shape: { x, y: y + 4, width, height: height - 8, r: 6 }, style: { fill: faded("warning", 0.3), stroke: token("warning"), lineWidth: 1 } }),
  cool: ({ x, width }, y, _label, family) => ({ type: "rect", shape: { x, y: y - 6, width, height: 12, r: 3 }, style: { fill: faded(family, 0.15), stroke: token(family), lineWidth: 1, lineDash: [3, 2] } }),
  wait: ({ x, width }, y) => hatch(x, y - 6, width, 12),
};

function contrast(family) {
  const dark = document.documentElement.dataset.bsTheme === "dark" || (!document.documentElement.dataset.bsTheme && matchMedia("(prefers-color-scheme: dark)").matches);
  return dark || family === "chilled" ? "#0b1a1e" : "#ffffff";
}

function hatch(x, y, width, height) {
  const lines = [];
  for (let at = -height; at < width; at += 6) {
    const start = Math.max(at, 0);
    const end = Math.min(at + height, width);
    lines.push({ type: "line", shape: { x1: x + start, y1: y + height - (start - at), x2: x + end, y2: y + height - (end - at) }, style: { stroke: token("muted"), lineWidth: 1, opacity: 0.7 } });
  }
  return { type: "group", children: [{ type: "rect", shape: { x, y, width, height }, style: { fill: faded("muted", 0.08) } }, ...lines] };
}

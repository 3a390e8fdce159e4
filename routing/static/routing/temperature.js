// The air of a trip's compartments over time, each against its band.
import { axis, chart, look, tooltip } from "./charts.js";
import { faded, token } from "../park/tokens.js";

const DASHES = ["solid", "dashed", "dotted"];

export function drawTemperatures(element, data) {
  const clock = (ms) => new Date(ms).toISOString().slice(11, 16);
  const degrees = (value) => `${value.toFixed(1).replace("-", "−")} °C`;
  chart(element, () => ({
    ...look(),
    useUTC: true,
    grid: { left: 44, right: 18, top: 46, bottom: 24 },
    legend: { top: 4, right: 8, itemWidth: 22, itemHeight: 8, textStyle: { color: token("muted"), fontSize: 11 } },
    tooltip: tooltip({ trigger: "axis", valueFormatter: (value) => (value === null ? "" : degrees(value)) }),
    xAxis: axis({ type: "time", splitNumber: 6, splitLine: { show: false }, axisLabel: { color: token("muted"), fontSize: 11, formatter: clock, hideOverlap: true } }),
    yAxis: axis({ type: "value", scale: true, axisLabel: { color: token("muted"), fontSize: 11, formatter: (value) => `${String(value).replace("-", "−")}°` } }),
    series: data.curves.map((curve, index) => ({
      name: curve.name, type: "line", data: curve.points, showSymbol: false, lineStyle: { width: 1.6, type: DASHES[index % 3], color: token(curve.family) }, itemStyle: { color: token(curve.family) },
      markArea: band(curve, data),
      markLine: index ? undefined : {
        silent: true, symbol: "none", lineStyle: { color: token("muted"), type: "dashed", width: 1 },
        data: [{ xAxis: data.from, label: { formatter: data.words.start, color: token("muted"), fontSize: 10 } }, { xAxis: data.to, label: { formatter: data.words.end, color: token("muted"), fontSize: 10 } }],
      },
    })),
  }));
}

function band(curve) {
  if (curve.low === null && curve.high === null) return undefined;
  const values = curve.points.map(([, value]) => value);
  const low = curve.low ?? Math.min(...values, curve.high) - 2;
  const high = curve.high ?? Math.max(...values, curve.low) + 2;
  return { silent: true, itemStyle: { color: faded(curve.family, 0.09) }, data: [[{ yAxis: low }, { yAxis: high }]] };
}

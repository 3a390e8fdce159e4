// Tonnes that leave the docks in each hour, stacked by class; each class has its own pattern.
import { axis, chart, escaped, look, tooltip } from "./charts.js";
import { faded, token } from "../park/tokens.js";

const PATTERNS = {
  frozen: null,
  chilled: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 },
  ambient: { symbol: "circle", symbolSize: 0.8, dashArrayX: [[5, 5], [0, 5, 5, 0]], dashArrayY: [5, 0] },
  all: null,
  parcel: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4 },
};

export function drawHours(element, data) {
  chart(element, () => ({
    ...look(),
    aria: { enabled: true, decal: { show: true, decals: data.hours.map(({ family }) => ({ color: faded("surface", 0.45), ...(PATTERNS[family] ?? { symbol: "none" }) })) } },
    grid: { left: 34, right: 12, top: 30, bottom: 22 },
    legend: { top: 4, right: 8, itemWidth: 12, itemHeight: 9, itemGap: 12, textStyle: { color: token("muted"), fontSize: 11 } },
    tooltip: tooltip({ trigger: "axis", axisPointer: { type: "shadow", shadowStyle: { color: faded("muted", 0.1) } }, formatter: (bars) => describe(bars, data) }),
    xAxis: axis({ type: "category", data: Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0")), splitLine: { show: false } }),
    yAxis: axis({ type: "value", axisLine: { show: false }, splitNumber: 3 }),
    series: data.hours.map(({ family, tonnes }) => ({
      name: data.families[family], type: "bar", stack: "hours", barCategoryGap: "25%", data: tonnes, itemStyle: { color: token(family) },
    })),
  }));
}

function describe(bars, data) {
  const rows = bars.filter((bar) => bar.value > 0);
  const total = rows.reduce((sum, bar) => sum + bar.value, 0);
  const hour = bars[0].axisValue;
  return `<b>${hour}:00–${hour}:59</b>${rows.map((bar) => `<br>${bar.marker}${escaped(bar.seriesName)} ${bar.value.toFixed(1)} t`).join("")}<br>${escaped(data.total)} ${total.toFixed(1)} t`;
}

// What every chart shares: one that follows its box and the theme, and the look of axes and tooltips.
import { FONT, onTheme, token } from "../park/tokens.js";

export function chart(element, option) {
  const drawn = echarts.init(element, null, { renderer: "canvas" });
  onTheme(() => drawn.setOption(option(), { notMerge: true }));
  new ResizeObserver(() => drawn.resize()).observe(element);
  return drawn;
}

export function look() {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.webdriver;
  return { animation: !still, animationDuration: 200, textStyle: { fontFamily: FONT, fontSize: 11, color: token("muted") } };
}

export function axis(extra) {
  return {
    axisLine: { lineStyle: { color: token("line-strong") } },
    axisTick: { show: false },
    axisLabel: { color: token("muted"), fontSize: 11 },
    splitLine: { lineStyle: { color: token("line") } },
    ...extra,
  };
}

export function tooltip(extra) {
  return {
    confine: true,
    backgroundColor: token("surface"),
    borderColor: token("line-strong"),
    textStyle: { color: token("ink"), fontSize: 12, fontFamily: FONT },
    padding: [6, 10],
    ...extra,
  };
}

export function escaped(text) {
  const box = document.createElement("i");
  box.textContent = text;
  return box.innerHTML;
}

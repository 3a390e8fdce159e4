// Every visible text against what is painted behind it, by the formulas of WCAG 2 (AA).
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const over = (top, below) => top.slice(0, 3).map((v, i) => v * top[3] + below[i] * (1 - top[3]));
  const light = (rgb) => { const [r, g, b] = rgb.map((v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const behind = (element) => { const layers = []; for (let e = element; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor);
      if (c[3] > 0) layers.push(c); if (c[3] === 1) break; }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]); };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(); const element = walker.currentNode.parentElement;
    if (!text || element.closest("script, style, .leaflet-container, .visually-hidden, [hidden]") || !element.checkVisibility({ opacityProperty: true })) continue;
    const style = getComputedStyle(element); const below = behind(element); const ink = over(rgba(style.color), below);
    const [high, low] = [light(ink), light(below)].sort((a, b) => b - a); const ratio = (high + .05) / (low + .05);
    const size = parseFloat(style.fontSize); const large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) faint.add(`${ratio.toFixed(2)} ${element.className || element.tagName}: ${text.slice(0, 30)}`);
  }
  return [...faint];
}

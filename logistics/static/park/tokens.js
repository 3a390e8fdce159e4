// Reads the colors of app.css as the current theme resolves them, and tells when the theme changes.

const probe = document.createElement("i");
probe.hidden = true;

export function token(name) {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

export function faded(name, alpha) {
  return token(name).replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}

export const FONT = getComputedStyle(document.documentElement).getPropertyValue("--font").trim();

export function onTheme(draw) {
  draw();
  document.addEventListener("theme", draw);
}

export function payload(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

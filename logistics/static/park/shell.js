// What every page has: the theme switch, forms that send themselves, menus that close, keys.

const root = document.documentElement;

function setTheme(name) {
  root.dataset.bsTheme = name;
  document.dispatchEvent(new CustomEvent("theme", { detail: name }));
}

function theme() {
  return root.dataset.bsTheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

for (const button of document.querySelectorAll("[data-switch-theme]")) {
  button.addEventListener("click", () => {
    const other = theme() === "dark" ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${other}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    setTheme(other);
  });
}

for (const field of document.querySelectorAll("[data-send-on-change]")) {
  field.addEventListener("change", () => { if (field.value) field.form.requestSubmit(); });
}

for (const field of document.querySelectorAll("[data-opens-picker]")) {
  field.addEventListener("click", () => field.showPicker?.());
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.account[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.account[open]").forEach((menu) => { menu.open = false; });
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  // [ and ]: the day before, the day after.
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (target) target.click();
});

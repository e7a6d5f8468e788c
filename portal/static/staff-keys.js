// Single-key shortcuts: an element with data-key="/" is focused (a field) or followed (a link, a button) when its key
// is pressed outside fields. <body data-keys="off"> turns them all off, as people who speak to their computer need.

const FIELDS = "input, textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(FIELDS)) return;
  const element = [...document.querySelectorAll("[data-key]")].find(({ dataset }) => dataset.key === event.key);
  if (!element) return;
  event.preventDefault();
  if (element.matches(FIELDS)) element.focus();
  else element.click();
});

// In a table marked data-rows, j and k move a cursor down and up its rows, and o opens the row's link.
const STEPS = { j: 1, k: -1 };

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(FIELDS) || !(event.key in STEPS || event.key === "o")) return;
  const rows = [...document.querySelectorAll("[data-rows] tbody tr")];
  const now = rows.findIndex((row) => row.classList.contains("is-cursor"));
  if (event.key === "o") return rows[now]?.querySelector("a")?.click();
  const next = rows[Math.min(Math.max(now + STEPS[event.key], 0), rows.length - 1)];
  rows[now]?.classList.remove("is-cursor");
  next?.classList.add("is-cursor");
  next?.querySelector("a")?.focus();
});

// Somebody who speaks to their computer can turn the keys off in this browser: a button marked data-keys-switch.
const KEPT = "single-keys";
const setKeys = (state) => {
  document.body.dataset.keys = state;
  for (const button of document.querySelectorAll("[data-keys-switch]")) {
    button.hidden = false;
    button.textContent = state === "off" ? "Turn single keys on" : "Turn single keys off";
  }
};

setKeys(localStorage.getItem(KEPT) ?? document.body.dataset.keys ?? "on");

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keys-switch]")) return;
  const state = document.body.dataset.keys === "off" ? "on" : "off";
  localStorage.setItem(KEPT, state);
  setKeys(state);
});

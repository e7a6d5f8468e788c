// Single keys, for those who have not turned them off (<body data-keys="off">: people who speak to their computer
// cannot have them). They never work while somebody types, nor behind an open dialog.
//
// data-key="/" marks what a key goes to: a field is focused, a link or a button pressed. Where the page and its header
// both have one, the page's is meant. In a table marked data-rows, j and k move a cursor down and up its rows, x
// selects the row, o opens it. data-opens="name" marks a button that opens the dialog of that name.

const FIELDS = "input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]";
const CURSOR = "is-cursor";

const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
const cursor = () => document.querySelector(`[data-rows] tbody tr.${CURSOR}`);

function move(step) {
  const all = rows();
  const now = all.indexOf(cursor());
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  cursor()?.classList.remove(CURSOR);
  next?.classList.add(CURSOR);
  next?.querySelector("a")?.focus();
  return Boolean(next);
}

function press(element) {
  if (element) element.click();
  return Boolean(element);
}

function go(key) {
  const element = [...document.querySelectorAll("[data-key]")].findLast(({ dataset }) => dataset.key === key);
  if (!element) return false;
  element.closest("details")?.setAttribute("open", "");
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
  return true;
}

const ROW_KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: () => press(cursor()?.querySelector("input[type=checkbox]")),
  o: () => press(cursor()?.querySelector("a")),
};

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
  const done = (key in ROW_KEYS && ROW_KEYS[key]()) || go(key);
  if (done) event.preventDefault();
});

document.addEventListener("click", ({ target }) => {
  const name = target.closest("[data-opens]")?.dataset.opens;
  if (name) document.getElementById(name).showModal();
});

// "Leave this site": for somebody who must not be seen here. The link works without this file; with it the page
// is blanked at once and its address does not stay in the way of the Back button.
//
// <body data-leave="escape">  Escape leaves (pages that only inform)
// <body data-leave="shift">   Shift pressed three times within five seconds leaves (pages with something to lose)
// <body data-leave="off">     keys do nothing

const link = document.querySelector("[data-quick-exit]");
const WITHIN = 5000;
const PRESSES = 3;
let presses = [];

function leave() {
  document.documentElement.hidden = true;
  document.title = "Weather";
  location.replace(link.href);
}

// Escape already means "close" or "clear" wherever one of these has the focus or is open.
function busy() {
  const inUse = "input, textarea, select, [contenteditable], [role=menu], [role=menuitem], [role=combobox], dialog";
  return document.activeElement?.closest(inUse) || document.querySelector("dialog[open], [aria-expanded=true]");
}

function onKey(event) {
  const way = document.body.dataset.leave;
  if (way === "escape" && event.key === "Escape" && !event.defaultPrevented && !busy()) leave();
  if (way !== "shift" || event.repeat) return;
  const now = event.timeStamp;
  presses = event.key === "Shift" ? [...presses.filter((at) => now - at < WITHIN), now] : [];
  if (presses.length >= PRESSES) leave();
}

if (link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener("keydown", onKey);
  // Leaving by Back must not show the hidden page again out of the browser's memory half blank.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

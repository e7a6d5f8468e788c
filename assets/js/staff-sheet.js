// One application's page. Parts that others changed come by themselves: one in which somebody is, by keyboard or with
// an open menu, is left alone until they have gone on. What was begun in a note is kept in this tab until it is sent.

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target } = event.detail;
  if (target.id !== "mark" && target.contains(document.activeElement)) event.preventDefault();
});

for (const menu of document.querySelectorAll("details.v-ways")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", ({ target }) => {
    if (!menu.contains(target)) menu.open = false;
  });
}

// The list one came from, as this tab remembers it: its address, and the applications on that page in their order.
const KEPT = "applications-list";
const nav = document.querySelector("[data-neighbours]");
const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
const here = kept ? kept.paths.indexOf(location.pathname) : -1;

if (nav && here >= 0) {
  document.querySelector("[data-came-from]").href = kept.list;
  nav.querySelector("[data-place]").textContent = `${here + 1} of ${kept.paths.length} on this page of the list`;
  for (const [name, path] of [["before", kept.paths[here - 1]], ["after", kept.paths[here + 1]]]) {
    const part = nav.querySelector(`[data-${name}]`);
    if (path) part.querySelector("a").href = path;
    else part.remove();
  }
  nav.hidden = false;
}

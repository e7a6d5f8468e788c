// Says things to people who listen to the page instead of looking at it, through one live region.
//
// Any element that arrives by htmx with data-announce="…" is read once. data-announce-once="…" is read the first time
// on a page and then keeps quiet: "Saved" after every field would drown the questions. Other scripts dispatch
// new CustomEvent("portal:announce", { detail: "…" }) on the document.

const region = document.getElementById("announcements");
const said = new Set();
const PAUSE = 150; // a region that is emptied and filled in one tick is not read again

function announce(words) {
  region.textContent = "";
  setTimeout(() => {
    region.textContent = words;
  }, PAUSE);
}

function read(element) {
  const { announce: always, announceOnce: once } = element.dataset;
  if (always) announce(always);
  if (once && !said.has(once)) {
    said.add(once);
    announce(once);
  }
}

if (region) {
  document.addEventListener("portal:announce", (event) => announce(event.detail));
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    for (const element of [target, ...target.querySelectorAll("[data-announce], [data-announce-once]")]) read(element);
  });
}

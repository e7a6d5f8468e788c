// The applications list: how many are selected, the box that selects the page, Shift to select a stretch, Esc to clear
// the search, and filters that fold away on a phone. All of it goes without this: boxes are boxes, the bar is a form's.

const FORM = "#acts";
const box = () => document.querySelector(`${FORM} [data-all]`);
const every = () => [...document.querySelectorAll(`${FORM} [name=chosen]`)];
const matching = () => document.querySelector(`${FORM} [name=matching]`);

function count() {
  const all = every();
  const some = all.filter(({ checked }) => checked).length;
  const head = box();
  if (!head) return "";
  head.hidden = false;
  head.checked = some > 0 && some === all.length;
  head.indeterminate = some > 0 && some < all.length;
  const words = matching()?.checked
    ? `All ${document.querySelector("[data-matching]").textContent} that match are selected`
    : `${some} selected`;
  document.querySelector("[data-selected]").textContent = words;
  return words;
}

const say = (words) => document.dispatchEvent(new CustomEvent("portal:announce", { detail: words }));
const tick = (boxes, checked) => boxes.forEach((one) => Object.assign(one, { checked }));

let last;
document.addEventListener("click", ({ target, shiftKey }) => {
  if (!target.matches(`${FORM} [name=chosen]`)) return;
  const all = every();
  const [from, to] = [all.indexOf(last), all.indexOf(target)].sort((a, b) => a - b);
  if (shiftKey && from >= 0) tick(all.slice(from, to), target.checked);
  last = target;
});

document.addEventListener("change", ({ target }) => {
  if (!target.closest(FORM)) return;
  if (target === box() || target === matching()) tick(every(), target.checked);
  if (matching() && target !== matching()) matching().checked = false;
  say(count());
});

// The boxes are as they were only once the form has been put back.
document.addEventListener("reset", () => setTimeout(() => say(count())));
document.addEventListener("htmx:afterSettle", ({ target }) => target.id === "results" && count());
window.addEventListener("pageshow", count);

document.getElementById("q").addEventListener("keydown", ({ key, currentTarget }) => {
  if (key !== "Escape" || !currentTarget.value) return;
  currentTarget.value = "";
  currentTarget.dispatchEvent(new Event("input", { bubbles: true }));
});

const wide = matchMedia("(min-width: 701px)");
const fold = () => document.querySelector("[data-fold]").toggleAttribute("open", wide.matches);
wide.addEventListener("change", fold);
fold();

// The application one goes on to can lead to its neighbours: this tab remembers the list and its order.
addEventListener("pagehide", () => {
  const paths = [...document.querySelectorAll(`${FORM} tbody th a`)].map(({ pathname }) => pathname);
  sessionStorage.setItem("applications-list", JSON.stringify({ list: location.href, paths }));
});

// Keeps what is typed. htmx sends a field when it is left; this looks after the moments when that is not enough:
// a failed save says so and is tried again, leaving the page (or locking the phone) sends what is not saved yet, and
// the button waits for a save on its way, which could otherwise arrive after it with less in it.

const form = document.querySelector("form[data-autosave]");
const AGAIN = 10_000; // milliseconds between tries
const PATIENCE = 3_000; // milliseconds the button waits
let unsaved = false; // something was typed since the last save began
let onItsWay = false;
let sending = false; // the button was pressed: the browser is sending everything itself
let timer = 0;

function tell(words) {
  const mark = document.querySelector("#saved .saved span");
  if (!mark || mark.textContent === words) return;
  mark.textContent = words;
  mark.closest("#saved").classList.add("is-unsaved");
  document.dispatchEvent(new CustomEvent("portal:announce", { detail: words }));
}

function tryAgain() {
  clearTimeout(timer);
  timer = setTimeout(() => unsaved && form.dispatchEvent(new Event("change", { bubbles: true })), AGAIN);
}

function failed() {
  unsaved = true;
  tell("Not saved yet. Keep this page open, we are trying again.");
  tryAgain();
}

function leaving() {
  if (sending || !(unsaved || onItsWay)) return;
  const body = new URLSearchParams(new FormData(form));
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  fetch(form.getAttribute("hx-post"), { method: "POST", body, headers, keepalive: true }).catch(() => {});
}

function beginning(event) {
  if (sending) event.preventDefault();
  else [unsaved, onItsWay] = [false, true];
}

function submitting(event) {
  if (sending || !onItsWay) {
    [sending, onItsWay] = [true, false];
    return;
  }
  sending = true;
  event.preventDefault();
  const go = () => onItsWay && form.requestSubmit(event.submitter);
  form.addEventListener("htmx:afterRequest", go, { once: true });
  setTimeout(go, PATIENCE);
}

if (form) {
  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", submitting);
  form.addEventListener("htmx:beforeRequest", beginning);
  form.addEventListener("htmx:afterRequest", () => sending || (onItsWay = false));
  form.addEventListener("htmx:sendError", failed);
  form.addEventListener("htmx:timeout", failed);
  form.addEventListener("htmx:responseError", ({ detail }) => detail.xhr.status !== 401 && failed());
  addEventListener("online", () => unsaved && form.dispatchEvent(new Event("change", { bubbles: true })));
  addEventListener("pageshow", () => ([sending, onItsWay] = [false, false]));
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leaving());
}

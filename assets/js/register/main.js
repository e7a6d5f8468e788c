// The register on this device. A page from the server brings [data-register] with whose it is and which session; the page
// this phone keeps brings neither, and finds both in what is kept here.
import { Book } from "./book.js";
import { Line } from "./line.js";
import { ABSENT, choiceOf, HERE, lateBy, MINUTE, UNMARKED } from "./marks.js";
import { Scanner } from "./scan.js";
import { Sheet } from "./sheet.js";
import { keptRegisters, lostOf, onRing, tidy } from "./vault.js";
import { View, write } from "./view.js";
import { titleOf } from "./words.js";

const LOOK = 20_000; // milliseconds between looks at what others marked
const root = document.querySelector("[data-register]");

function reasonsOf(page) {
  return Object.fromEntries([...page.querySelectorAll("[data-reason]")].map((each) => [each.dataset.reason, each.textContent.trim()]));
}

// Which register this page is of; null for a page that is of none kept here.
async function placeOf() {
  const { cohort, session, who, hours } = root.dataset;
  const kept = await keptRegisters();
  const given = { hours: Number(hours), who: who || null };
  if (session) return { ...given, cohort: Number(cohort), session: Number(session), kept: kept.find((each) => each.session === Number(session)) };
  const asked = Number(new URLSearchParams(location.search).get("session"));
  const path = Number(/\/cohorts\/(\d+)\/register/.exec(location.pathname)?.[1]);
  const here = kept.filter((each) => each.cohort === path);
  const found = here.find((each) => each.session === asked) ?? (asked ? null : here[0]);
  if (!found) list(kept);
  return found ? { ...given, who: found.who, cohort: found.cohort, session: found.session, kept: found } : null;
}

// No register of this address is kept here: which ones are.
function list(kept) {
  const shelf = root.parentElement.querySelector('[data-part="shelf"]');
  if (!shelf) return;
  shelf.hidden = false;
  const lines = kept.map(({ cohort, session, state }) => {
    const link = document.createElement("a");
    link.href = `/staff/cohorts/${cohort}/register?session=${session}`;
    write(link, `${state.session.cohort}: ${titleOf(state.session)}`);
    const line = document.createElement("li");
    line.append(link);
    return line;
  });
  shelf.querySelector("ul").replaceChildren(...lines);
  shelf.querySelector('[data-part="none"]').hidden = lines.length > 0;
  shelf.querySelector('[data-part="some"]').hidden = lines.length === 0;
}

function parts(place) {
  let view = null;
  let sheet = null;
  const changed = () => {
    view?.draw();
    sheet?.draw();
  };
  const book = new Book({ ...place, changed, kept: () => line.send() });
  const told = async ({ session, state, results }) => {
    if (session !== book.session) return;
    if (state) {
      [book.who, book.until] = [line.who, Date.now() + place.hours * 60 * MINUTE];
      book.takeIn(state);
    }
    if (results) await book.takeResults(results);
    if (results && book.over && root.dataset.session && !book.unsent.length) location.reload();
  };
  const line = new Line({ ...place, place, told, changed });
  const reasons = reasonsOf(root);
  const act = {
    choose(trainee, choice) {
      if (choiceOf(book.standing(trainee)) !== choice) book.mark([trainee], wantedOf(book, choice));
      else if (choice === "late") sheet.open(trainee); // pressed again: how late is the question
    },
    more: (trainee) => sheet.open(trainee),
    everyone: () => book.everyoneElse(),
    undo: () => book.undo(),
    settle: (step, choose) => line.settle(step, choose),
  };
  view = new View(root, { book, line, reasons, act });
  sheet = new Sheet(root, { book, view, reasons });
  new Scanner(root, { book, view, reader: root.dataset.jsqr, alphabet: root.dataset.alphabet });
  return { book, line, view };
}

function wantedOf(book, choice) {
  if (choice === "here") return HERE;
  if (choice === "absent") return ABSENT;
  return { ...UNMARKED, presence: "present", late: lateBy(book.state.session, book.now) };
}

function show(view) {
  view.title();
  const back = encodeURIComponent(location.pathname + location.search);
  view.part("sign-in-link").href += `?next=${back}`;
  view.draw();
  for (const plain of document.querySelectorAll("[data-plain]")) plain.hidden = true;
  root.hidden = false;
}

function keepUp({ book, line }) {
  const again = () => {
    tidy(Date.now());
    if (document.visibilityState === "visible") line.send(true);
  };
  setInterval(again, LOOK);
  addEventListener("online", again);
  addEventListener("offline", () => line.become("offline"));
  document.addEventListener("visibilitychange", again);
  onRing((what) => (what === "wiped" ? location.reload() : book.reread()));
}

async function ready(view) {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope });
  await navigator.serviceWorker.ready;
  navigator.storage?.persist?.();
  view.part("ready").hidden = false;
}

// What is kept here is shown at once, and what the server says once it is there. Neither: the page stays as it came.
async function start() {
  await tidy(Date.now(), root.dataset.who || null);
  const place = await placeOf();
  if (!place) return;
  const { book, line, view } = parts(place);
  await book.reread(); // first: what waits is known before anything is called saved
  if (place.kept) {
    book.until = place.kept.until;
    book.takeIn(place.kept.state);
  } else {
    await line.send(true);
  }
  if (!book.state) return;
  view.lost = await lostOf(book.session);
  if (book.over && root.dataset.session && !book.unsent.length) return; // the server's page asks for the reason
  show(view);
  keepUp({ book, line });
  await line.send(true);
  await ready(view);
}

// A browser that keeps nothing, or has no service worker, leaves the page as the server sent it, which works as well.
if (root) start().catch((error) => console.info("The register is not kept on this device:", error.message));

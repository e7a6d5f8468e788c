// What a register keeps on this device: rosters and marks in IndexedDB, each sealed with AES-GCM under a key that
// scripts may use but nobody can read out. Beside what is sealed stand only numbers and times. Wiping takes the key too,
// so that whatever a disk still holds of it is noise.

const NAME = "register";
const STORES = ["keys", "registers", "waiting", "lost"];
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bell = "BroadcastChannel" in globalThis ? new BroadcastChannel(NAME) : null;
let opening = null;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys");
      request.result.createObjectStore("registers", { keyPath: "session" });
      request.result.createObjectStore("waiting", { keyPath: "n", autoIncrement: true });
      request.result.createObjectStore("lost", { keyPath: "session" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  }).catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

// One transaction, over when it is on the disk. `act` gets the stores by name and must not wait for anything else.
async function inside(mode, act) {
  const db = await open();
  const transaction = db.transaction(STORES, mode, { durability: "strict" });
  const stores = Object.fromEntries(STORES.map((name) => [name, transaction.objectStore(name)]));
  const kept = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
  const result = await act(stores);
  await kept;
  return result;
}

async function keyOf() {
  const there = await inside("readonly", ({ keys }) => done(keys.get("main")));
  if (there) return there;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return inside("readwrite", async ({ keys }) => {
    const first = await done(keys.get("main")); // another tab may have been quicker
    if (!first) keys.put(made, "main");
    return first ?? made;
  });
}

// What is sealed is bound to its kind, session and person: it opens in no other place.
const how = (iv, kind, { session, who }) => ({
  name: "AES-GCM",
  iv,
  additionalData: encoder.encode(`${kind}/${session}/${who}`),
});

async function seal(key, kind, head, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt(how(iv, kind, head), key, encoder.encode(JSON.stringify(value)));
  return { ...head, sealed: { iv, data } };
}

// Seals, then writes with the key that was used: a tidying tab may have thrown it away between.
async function writeSealed(kind, items, act) {
  const key = await keyOf();
  const rows = await Promise.all(items.map(([head, value]) => seal(key, kind, head, value)));
  await inside("readwrite", async (stores) => {
    if (!(await done(stores.keys.get("main")))) stores.keys.put(key, "main");
    act(stores, rows);
  });
}

async function opened(kind, rows) {
  const key = rows.length ? await keyOf() : null;
  const found = [];
  for (const { sealed, ...plain } of rows) {
    try {
      const text = await crypto.subtle.decrypt(how(sealed.iv, kind, plain), key, sealed.data);
      found.push({ ...plain, ...JSON.parse(decoder.decode(text)) });
    } catch {
      // Sealed under a key that was wiped meanwhile: nobody can read it any more.
    }
  }
  return found;
}

// Tells this device's other tabs that something changed.
function ring(what = "changed") {
  bell?.postMessage(what);
}

function onRing(act) {
  bell?.addEventListener("message", ({ data }) => act(data));
}

// A register: `head` is {session, cohort, who, until, ends}: numbers and times; `state` is what the server said.
async function keepRegister(head, state) {
  await writeSealed("register", [[head, { state }]], ({ registers }, rows) => registers.put(rows[0]));
}

// Every register kept here, the one opened last first.
async function keptRegisters() {
  const rows = await inside("readonly", ({ registers }) => done(registers.getAll()));
  return (await opened("register", rows)).sort((a, b) => b.until - a.until);
}

// Marks and notes join the end of the line, all of them or none. `head`: {session, cohort, who, until}.
async function addWaiting(head, items) {
  const sealing = items.map((item) => [head, { item }]);
  await writeSealed("waiting", sealing, ({ waiting }, rows) => rows.forEach((row) => waiting.add(row)));
  ring();
}

// Everything that waits, in the order it was made: {n, session, cohort, who, until, item}; `stuck`, with why in its item,
// once the server has refused it: it stays to be read and goes nowhere.
async function allWaiting() {
  return opened("waiting", await inside("readonly", ({ waiting }) => done(waiting.getAll())));
}

// The server has said what came of some: they leave the line, and others after them may be changed.
async function leaveLine(numbers, changed = []) {
  const sealing = changed.map(({ item, ...head }) => [head, { item }]);
  await writeSealed("waiting", sealing, ({ waiting }, rows) => {
    numbers.forEach((n) => waiting.delete(n));
    rows.forEach((row) => waiting.put(row));
  });
  ring();
}

// How many marks wait, and in which cohorts registers are kept: numbers only, nothing is opened for it.
async function counted() {
  return inside("readonly", async ({ waiting, registers }) => {
    const [rows, kept] = await Promise.all([done(waiting.getAll()), done(registers.getAll())]);
    return {
      waiting: rows.filter((row) => !row.stuck).length,
      oldest: rows[0] ? { cohort: rows[0].cohort, session: rows[0].session } : null,
      cohorts: kept.map((row) => row.cohort),
      whos: [...new Set([...kept, ...rows].map((row) => row.who))],
    };
  });
}

// Forgets what is not needed: rosters once their class has ended and nothing of it waits, everything past its time,
// rosters of anybody but `who`. Of marks that were never sent there stays how many they were.
async function tidy(now, who = null) {
  await inside("readwrite", async ({ waiting, registers, lost, keys }) => {
    const [marks, rosters] = await Promise.all([done(waiting.getAll()), done(registers.getAll())]);
    const past = marks.filter((row) => row.until <= now);
    past.forEach((row) => waiting.delete(row.n));
    const unsent = past.filter((row) => !row.stuck);
    for (const session of new Set(unsent.map((row) => row.session))) {
      const many = unsent.filter((row) => row.session === session).length;
      const before = await done(lost.get(session));
      lost.put({ session, many: many + (before?.many ?? 0), at: now });
    }
    const waits = new Set(marks.filter((row) => row.until > now).map((row) => row.session));
    const over = (row) => row.until <= now || (row.ends <= now && !waits.has(row.session));
    const gone = rosters.filter((row) => over(row) || (who !== null && row.who !== who));
    gone.forEach((row) => registers.delete(row.session));
    if (gone.length === rosters.length && waits.size === 0) keys.clear();
  });
}

// How many marks of a session were wiped unsent, told once.
async function lostOf(session) {
  return inside("readwrite", async ({ lost }) => {
    const found = await done(lost.get(session));
    if (found) lost.delete(session);
    return found?.many ?? 0;
  });
}

// Everything goes, the key with it.
async function wipe() {
  await inside("readwrite", (stores) => STORES.forEach((name) => stores[name].clear()));
  ring("wiped");
}
// Signing out takes what registers keep on this device along. While marks wait here unsent, it asks first.

const forms = document.querySelectorAll('form[action$="/staff/sign-out"], form[data-sign-out]');
const dialog = document.querySelector("dialog[data-leaving]");
const left = document.querySelector("[data-left]"); // the page that says somebody is signed out

// Nothing was ever kept on most devices: then nothing is opened either.
async function anything() {
  if (!globalThis.indexedDB) return false;
  const all = (await indexedDB.databases?.()) ?? [{ name: "register" }];
  return all.some(({ name }) => name === "register");
}

async function waits() {
  try {
    return (await anything()) ? await counted() : null;
  } catch {
    return null;
  }
}

function say(element, { waiting }) {
  for (const many of element.querySelectorAll("[data-many]")) many.textContent = `${waiting} ${waiting === 1 ? "mark" : "marks"}`;
}

async function goOut(form) {
  if (await waits()) await wipe();
  form.submit();
}

async function leaving(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const found = await waits();
  if (!found?.waiting || !dialog) return goOut(form);
  say(dialog, found);
  dialog.querySelector("[data-to-register]").href = `/staff/cohorts/${found.oldest.cohort}/register?session=${found.oldest.session}`;
  dialog.querySelector("[data-lose]").onclick = () => goOut(form);
  dialog.showModal();
}

// Signed out some other way: rosters go, and marks that were not sent are told of.
async function out() {
  const found = await waits();
  if (!found) return;
  if (!found.waiting) return wipe();
  await tidy(Date.now(), "");
  say(left, found);
  left.hidden = false;
  left.querySelector("[data-lose]").onclick = async () => {
    await wipe();
    left.hidden = true;
  };
}

for (const form of forms) form.addEventListener("submit", leaving);
if (left) out();

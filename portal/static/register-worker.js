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
// Stands between the register's pages and the line. What it keeps is the same for everybody: styles, scripts and one empty
// page, which fills itself from what is sealed on this phone. A page or an answer with somebody's name in it is never kept.
// KEPT = {version, shell, files} is written before this by the server.

const CACHE = `register-${KEPT.version}`;
const SLOW = 5_000; // milliseconds a register that is kept here waits for the server
const PAGE = /^\/staff\/cohorts\/(\d+)\/register\/?$/;

async function keep() {
  const cache = await caches.open(CACHE);
  const shell = new Request(KEPT.shell, { credentials: "omit", cache: "reload" }); // as a stranger: nobody's name in it
  await cache.addAll([shell, ...KEPT.files.map((address) => new Request(address, { credentials: "omit" }))]);
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("register-") && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
  await tidy(Date.now());
}

const kept = async (address) => (await caches.open(CACHE)).match(address);

async function isKept(path) {
  const cohort = Number(PAGE.exec(path)?.[1]);
  try {
    return Boolean(cohort) && (await counted()).cohorts.includes(cohort);
  } catch {
    return false;
  }
}

// The server's page, if it comes; for a register kept here also when the server is slow or in trouble.
async function page(request, path) {
  const shell = () => kept(KEPT.shell);
  if (!(await isKept(path))) return fetch(request).catch(shell);
  const answer = fetch(request).then((given) => (given.status >= 500 ? shell() : given));
  const late = new Promise((resolve) => setTimeout(resolve, SLOW)).then(shell);
  return Promise.race([answer.catch(shell), late]);
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (KEPT.files.includes(pathname + search)) {
    event.respondWith(kept(pathname + search).then((file) => file ?? fetch(request)));
  }
});

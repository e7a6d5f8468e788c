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
// What marks say, without a page or a server: who stands how, once what waits here is laid over what the server knows.

const MINUTE = 60_000;
const LONDON = "Europe/London";
const hours = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("en-CA", { timeZone: LONDON, year: "numeric", month: "2-digit", day: "2-digit" });
const spoken = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, weekday: "short", day: "numeric", month: "short" });

const UNMARKED = { presence: "unmarked", late: 0, left: 0, reason: null };
const HERE = { ...UNMARKED, presence: "present" };
const ABSENT = { ...UNMARKED, presence: "absent" };

const hourOf = (instant) => hours.format(new Date(instant));
const dayOf = (instant) => days.format(new Date(instant));
const shortDay = (instant) => spoken.format(new Date(instant)).replace(",", "");

const said = ({ presence, late, left, reason }) => ({
  presence,
  late: late ?? 0,
  left: left ?? 0,
  reason: reason ?? null,
});

const same = (one, other) => ["presence", "late", "left", "reason"].every((part) => one[part] === other[part]);

// Which of a row's buttons a mark presses.
function choiceOf({ presence, late }) {
  if (presence === "present") return late ? "late" : "here";
  return presence === "unmarked" ? "" : presence;
}

// "Late 12 min, left 30 min early"
function wordsOf({ presence, late, left, reason }, reasons) {
  if (presence === "unmarked") return "Not marked";
  if (presence === "absent") return "Absent";
  if (presence === "excused") return `Excused: ${(reasons[reason] ?? "another reason").toLowerCase()}`;
  const parts = [late && `late ${late} min`, left && `left ${left} min early`].filter(Boolean);
  const words = parts.join(", ") || "here";
  return words[0].toUpperCase() + words.slice(1);
}

const lengthOf = (session) => Math.round((Date.parse(session.ends_at) - Date.parse(session.starts_at)) / MINUTE);

const between = (least, minutes, most) => Math.min(Math.max(minutes, least), most);

// Whole minutes of the class that have passed; in its first minute somebody is in time.
const minutesGone = (session, now) => Math.max(Math.floor((now - Date.parse(session.starts_at)) / MINUTE), 0);

// What a press on "Late" means: the minutes that have passed; a guess before the class and long after it.
function lateBy(session, now) {
  const gone = minutesGone(session, now);
  return gone > 0 && gone < lengthOf(session) ? gone : 10;
}

// Minutes that are left of it, for whoever goes just now; a guess once it is over.
function leftBy(session, now, late) {
  const minutes = Math.round((Date.parse(session.ends_at) - now) / MINUTE);
  return between(1, minutes < 1 ? 30 : minutes, lengthOf(session) - 1 - late);
}

// Marks that wait for a trainee, first made first; what was refused waits for nothing.
const waitingOf = (trainee, waiting) =>
  waiting.filter(({ item, stuck }) => !stuck && item.trainee === trainee && item.presence);

// How a trainee stands as this phone shows it: its own last word, or else the server's.
function standingOf(trainee, waiting) {
  const own = waitingOf(trainee.id, waiting).at(-1);
  return own ? { ...said(own.item), kept: true } : { ...said(trainee), by: trainee.by, kept: false };
}

// How many stand how; who is excused is absent too.
function tallyOf(trainees, waiting) {
  const tally = { here: 0, late: 0, absent: 0, todo: 0 };
  for (const trainee of trainees) {
    const choice = choiceOf(standingOf(trainee, waiting)) || "todo";
    tally[choice === "excused" ? "absent" : choice] += 1;
  }
  return tally;
}

// A mark as it goes to the server. `seen` is the version of the mark this phone knew.
function markOf(trainee, wanted, made, source = "register") {
  const made_at = new Date(made).toISOString();
  return {
    key: crypto.randomUUID(),
    trainee: trainee.id,
    ...said(wanted),
    source,
    why: null,
    seen: trainee.version ?? 0,
    made_at,
  };
}

function noteOf(trainee, text, walkIn, made) {
  return { key: crypto.randomUUID(), trainee, walk_in: walkIn, text, made_at: new Date(made).toISOString() };
}

// The first of the line that may go together: in order, and of each trainee one mark, since the next one's `seen` is
// only known once the one before it has been kept.
function batchOf(line, most) {
  const batch = [];
  const going = new Set();
  for (const entry of line) {
    const { trainee, presence } = entry.item;
    if (batch.length === most || (presence && going.has(trainee))) break;
    if (presence) going.add(trainee);
    batch.push(entry);
  }
  return batch;
}

// Later marks of a trainee whose earlier one was just kept as it was sent: they were made knowing it.
function carriedOn(line, sent, results) {
  const changed = [];
  for (const { item } of sent) {
    const result = results.get(item.key);
    const stands = result?.mark && ["kept", "again"].includes(result.outcome) && same(said(result.mark), said(item));
    if (!stands) continue;
    const later = waitingOf(item.trainee, line).filter((entry) => entry.item.key !== item.key);
    for (const entry of later) changed.push({ ...entry, item: { ...entry.item, seen: result.mark.version } });
  }
  return changed;
}
// Marks on their way: in order, a few at a time, each until the server has said what came of it. Whatever goes wrong on
// the way, they stay on this phone: no answer, an expired sign-in, a server in trouble. Sent again they are the same marks,
// known by their keys.

const MOST = 50; // in one request
const PATIENCE = 12_000; // milliseconds until a request counts as lost
const HOUR = 3_600_000;
const AGAIN = [2_000, 4_000, 8_000, 15_000, 30_000]; // milliseconds between tries while there is no signal

class Trouble extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind; // offline | signed-out | forbidden | forged
  }
}

async function ask(address, options = {}) {
  let answer;
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const headers = { Accept: "application/json", ...options.headers };
    answer = await fetch(address, { ...options, headers, signal, redirect: "manual", cache: "no-store" });
    if (answer.ok) return await answer.json();
  } catch {
    throw new Trouble("offline");
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new Trouble("signed-out");
  if (answer.status === 403 || answer.status === 404) throw new Trouble("forbidden");
  throw new Trouble(answer.status === 400 ? "forged" : "offline");
}

const addressOf = ({ cohort, session }) => `/staff/cohorts/${cohort}/register/${session}`;

class Line {
  // `place`: {session, cohort} of the page's own register. `who`: whose marks go, as the page says; none: the page does
  // not know, the server will say. `told({session, results, state})` hears what the server said; `changed()` that the
  // line is doing something else now.
  constructor({ place, who, hours, told, changed }) {
    Object.assign(this, { place, who, hours, told, changed, kind: "quiet", token: null, tries: 0, timer: 0 });
    Object.assign(this, { running: null, looking: false, more: false });
    this.shut = new Set(); // sessions that are no longer theirs to mark
  }

  // quiet | sending | offline | signed-out
  become(kind) {
    if (this.kind === kind) return;
    this.kind = kind;
    this.changed();
  }

  // Sends whatever waits, of every register; `looking`: and asks first what others have marked. One run at a time on
  // this phone, whichever tab it is in, so that no answer overtakes another.
  send(looking = false) {
    clearTimeout(this.timer);
    this.more = true;
    this.looking ||= looking;
    this.running ??= this.#locked().finally(() => {
      this.running = null;
      if (this.more) this.send();
    });
    return this.running;
  }

  #locked() {
    return navigator.locks ? navigator.locks.request("register-line", () => this.#run()) : this.#run();
  }

  async #run() {
    try {
      do {
        this.more = false;
        if (this.looking) await this.#look();
        for (let line = await this.#own(); line.length; line = await this.#own()) {
          if (this.kind !== "offline") this.become("sending");
          await this.#round(line);
        }
      } while (this.more);
      this.tries = 0;
      this.become("quiet");
    } catch (error) {
      this.#failed(error);
    }
  }

  // What may go of what waits: the oldest register's, under the name of who made the marks.
  async #own() {
    const may = (entry) => !entry.stuck && !this.shut.has(entry.session) && (this.who ?? entry.who) === entry.who;
    const line = (await allWaiting()).filter(may);
    return line.filter((entry) => entry.session === line[0].session && entry.who === line[0].who);
  }

  async #round(line) {
    const [{ session, cohort }] = line;
    try {
      if (this.token === null) await this.#look();
      const sent = batchOf(line, MOST);
      const results = await this.#post({ session, cohort }, sent);
      const answered = sent.filter(({ item }) => results.has(item.key));
      if (!answered.length) throw new Trouble("offline");
      await this.#settled(answered, results);
      this.become("sending");
      this.tries = 0;
      const found = [...results.values()];
      this.looking ||= found.some(({ outcome }) => outcome === "conflict");
      this.more ||= this.looking;
      await this.told({ session, results: found });
    } catch (error) {
      if (error.kind !== "forbidden") throw error;
      this.shut.add(session);
      this.changed();
    }
  }

  async #post(place, sent) {
    const items = sent.map(({ item }) => item);
    const body = { marks: items.filter((item) => item.presence), notes: items.filter((item) => !item.presence) };
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token };
    try {
      const said = await ask(`${addressOf(place)}/marks`, { method: "POST", headers, body: JSON.stringify(body) });
      return new Map(said.results.map((result) => [result.key, result]));
    } catch (error) {
      if (error.kind === "forged") this.token = null; // it was of an earlier sign-in: the next try asks for another
      throw error;
    }
  }

  // Out of the line with what the server has; what it refused stays to be read.
  async #settled(answered, results) {
    const refused = answered.filter(({ item }) => results.get(item.key).outcome === "refused");
    const stuck = refused.map((entry) => ({ ...entry, stuck: true, item: { ...entry.item, refused: results.get(entry.item.key).why } }));
    const later = carriedOn(await allWaiting(), answered, results);
    await leaveLine(answered.filter((entry) => !refused.includes(entry)).map(({ n }) => n), [...stuck, ...later]);
  }

  // Asks what the server knows of the page's register and keeps it here, for when there is no signal.
  async #look() {
    const { session, cohort } = this.place;
    const state = await ask(`${addressOf(this.place)}/state`);
    const who = String(state.who);
    if ((this.who ?? who) !== who) await this.#leave(who);
    [this.who, this.token, this.looking] = [who, state.token, false];
    const read = Date.now();
    state.ahead = Date.parse(state.now) - read; // this phone's clock may be wrong
    delete state.token;
    const ends = Date.parse(state.session.ends_at) - state.ahead;
    await keepRegister({ session, cohort, who, until: read + this.hours * HOUR, ends }, state);
    await this.told({ session, state });
  }

  // Somebody else has signed in here: the page is made anew for them, without what was another's.
  async #leave(who) {
    await tidy(Date.now(), who);
    location.reload();
    await new Promise(() => {});
  }

  // A person has looked at two marks of one trainee and chosen. Needs a signal: it is about what the server has.
  async settle(step, choose) {
    const body = new URLSearchParams({ choose: choose ? "other" : "stands", csrf_token: this.token ?? "" });
    try {
      await fetch(`${addressOf(this.place)}/settle/${step}`, { method: "POST", body, redirect: "manual" });
    } catch {
      this.become("offline");
    }
    return this.send(true);
  }

  #failed(error) {
    if (!(error instanceof Trouble)) throw error;
    if (error.kind === "forbidden") this.shut.add(this.place.session);
    this.become({ "signed-out": "signed-out", forbidden: "quiet" }[error.kind] ?? "offline");
    if (this.kind === "offline") this.timer = setTimeout(() => this.send(), AGAIN[Math.min(this.tries++, AGAIN.length - 1)]);
    this.changed();
  }
}
// One register as this phone has it: what the server last said, what waits here on top, what can be undone. Whoever
// taps sees it at once; it is kept before it is called kept.

const STEPS = 30; // that can be undone

class Book {
  // `changed()` hears that there is something new to draw, `kept()` that there is something to send.
  constructor({ session, cohort, who, hours, changed, kept }) {
    Object.assign(this, { session, cohort, who, hours, changed, kept, state: null, until: 0, waiting: [], last: null });
    this.undoing = [];
    this.stranded = false; // this browser would not keep the last mark
    this.strangers = 0; // marks of somebody else that wait on this phone
  }

  // The server's time by this phone's clock, corrected; milliseconds.
  get now() {
    return Date.now() + (this.state?.ahead ?? 0);
  }

  get trainees() {
    return this.state?.trainees ?? [];
  }

  get stuck() {
    return this.waiting.filter((entry) => entry.stuck);
  }

  get unsent() {
    return this.waiting.filter((entry) => !entry.stuck);
  }

  // Whether the day is over: from then on marks need a reason, and the page that asks for one.
  get over() {
    return dayOf(this.now) > dayOf(Date.parse(this.state.session.starts_at));
  }

  get early() {
    return dayOf(this.now) < dayOf(Date.parse(this.state.session.starts_at));
  }

  trainee(id) {
    return this.trainees.find((each) => each.id === id);
  }

  standing(trainee) {
    return standingOf(trainee, this.waiting);
  }

  // Reads again what waits on this phone: another tab or the line may have changed it.
  async reread() {
    const all = await allWaiting();
    this.waiting = all.filter((entry) => entry.session === this.session && entry.who === this.who);
    this.strangers = all.filter((entry) => entry.who !== this.who && !entry.stuck).length;
    this.changed();
  }

  takeIn(state) {
    this.state = state;
    this.changed();
  }

  // What came of marks that were sent; the register kept here learns it too.
  async takeResults(results) {
    for (const { mark } of results) {
      const trainee = mark && this.trainee(mark.trainee);
      if (trainee) Object.assign(trainee, mark, { id: trainee.id });
    }
    const ends = Date.parse(this.state.session.ends_at) - this.state.ahead;
    const { session, cohort, who, until } = this;
    await keepRegister({ session, cohort, who, until, ends }, this.state);
    await this.reread();
  }

  // Marks several people as one act; `wanted` is {presence, late, left, reason}.
  async mark(people, wanted, source = "register", undoable = true) {
    const before = people.map((trainee) => [trainee.id, said(this.standing(trainee))]);
    const made = this.now;
    if (undoable) this.undoing = [...this.undoing.slice(1 - STEPS), before];
    this.last = { names: people.map(({ name }) => name), wanted: said(wanted), at: made };
    await this.#keep(people.map((trainee) => markOf(trainee, wanted, made, source)));
  }

  // Whom "everyone else present" means: nobody has said anything of them, they may take part and did not say they
  // cannot come.
  get others() {
    return this.trainees.filter((each) => each.expected && this.standing(each).presence === "unmarked");
  }

  everyoneElse() {
    return this.mark(this.others, HERE);
  }

  async undo() {
    const before = this.undoing.pop() ?? [];
    for (const wanted of new Set(before.map(([, words]) => JSON.stringify(words)))) {
      const people = before.filter(([, words]) => JSON.stringify(words) === wanted).map(([id]) => this.trainee(id));
      await this.mark(people.filter(Boolean), JSON.parse(wanted), "register", false);
    }
  }

  note(trainee, text, walkIn = false) {
    return this.#keep([noteOf(trainee, text, walkIn, this.now)]);
  }

  // Shown at once, then kept. What this browser would not keep is not shown as if it had been.
  async #keep(items) {
    const { session, cohort, who } = this;
    const head = { session, cohort, who, until: Date.now() + this.hours * 3_600_000 };
    const before = this.waiting;
    this.waiting = [...before, ...items.map((item) => ({ ...head, item }))];
    this.changed();
    try {
      await addWaiting(head, items);
      this.stranded = false;
    } catch {
      this.stranded = true;
      this.waiting = before;
      return this.changed();
    }
    await this.reread();
    this.kept();
  }

  async putAside(entry) {
    await leaveLine([entry.n]);
    await this.reread();
  }
}
// What the register says of itself. Always true: what is only on this phone is never called saved.

const marks = (many) => `${many} ${many === 1 ? "mark" : "marks"}`;
const go = (many) => (many === 1 ? "It goes" : "They go");

// The line at the top: [how, in bold, the rest]; `how` names the look. Nothing to say: null.
function bannerOf(book, line) {
  const many = book.unsent.length;
  const kept = `${marks(many)} kept on this phone.`;
  if (book.stranded) return ["bad", "The last mark was not kept.", "This browser has no room for it. Use paper, or another phone."];
  if (line.kind === "signed-out") {
    return many
      ? ["signed-out", `You have been signed out. ${kept}`, `Sign in, then ${many === 1 ? "it goes" : "they go"}.`]
      : ["signed-out", "You have been signed out.", "What you mark is kept on this phone until you sign in."];
  }
  if (line.shut.has(book.session)) return ["bad", "This register is no longer yours to mark.", many ? `${kept} Tell a recruiter.` : ""];
  if (line.kind === "offline") {
    return many
      ? ["offline", `Offline: ${kept}`, `${go(many)} by ${many === 1 ? "itself" : "themselves"} when there is signal.`]
      : ["offline", "No signal.", "What you mark is kept on this phone until there is."];
  }
  if (book.over) return ["plain", "This day is over.", "Changing a mark now needs a reason, and so a signal."];
  if (book.early) return ["plain", "It is not the day yet.", "Until then somebody can be absent or excused."];
  return null;
}

// The line at the bottom, always there.
function footOf(book, line, reasons) {
  const many = book.unsent.length;
  const { last } = book;
  const who = last && (last.names.length === 1 ? last.names[0] : `${last.names.length} people`);
  const what = last && `Last: ${who} ${lower(wordsOf(last.wanted, reasons))}, ${hourOf(last.at)}`;
  return [what, stateOf(many, line)].filter(Boolean).join(" · ");
}

const lower = (words) => words[0].toLowerCase() + words.slice(1);

function stateOf(many, line) {
  if (!many) return "All saved";
  return line.kind === "sending" ? `Sending ${marks(many)}` : `${marks(many)} kept on this phone`;
}

// Under a name: what the buttons do not say, and what the server says of them.
function underName(trainee, standing, reasons) {
  const words = wordsOf(standing, reasons);
  const plain = ["Here", "Absent", "Not marked"].includes(words);
  return [!plain && words, trainee.hint].filter(Boolean).join(" · ");
}

const titleOf = ({ title, starts_at }) => `${title} · ${shortDay(starts_at)}`;

const cohortOf = ({ cohort, subject }) => [cohort, subject].filter(Boolean).join(" · ");

const lostWords = (many) =>
  `${marks(many)} made here had no signal for too long and ${many === 1 ? "was" : "were"} wiped. Enter ${many === 1 ? "it" : "them"} again.`;

const othersWords = (many) =>
  `${marks(many)} of somebody else ${many === 1 ? "waits" : "wait"} on this phone, and ${many === 1 ? "goes" : "go"} when they sign in here.`;
// The register as it is drawn: a row a trainee, made once and then kept true. Rows stay where they are, so that a thumb
// finds the next one.

class View {
  constructor(root, { book, line, reasons, act }) {
    Object.assign(this, { root, book, line, reasons, act, rows: new Map(), todoOnly: false, drawn: "", lost: 0 });
    this.part("todo").addEventListener("click", () => {
      this.todoOnly = !this.todoOnly;
      this.draw();
    });
    this.part("everyone").addEventListener("click", () => act.everyone());
    this.part("undo").addEventListener("click", () => act.undo());
    this.part("rows").addEventListener("click", (event) => this.#tapped(event));
  }

  part(name, within = this.root) {
    return within.querySelector(`[data-part="${name}"]`);
  }

  copy(name) {
    return this.root.querySelector(`template[data-template="${name}"]`).content.firstElementChild.cloneNode(true);
  }

  #tapped(event) {
    const button = event.target.closest("button");
    const row = button?.closest("[data-trainee]");
    if (!row) return;
    const trainee = this.book.trainee(Number(row.dataset.trainee));
    if (button.dataset.choice) this.act.choose(trainee, button.dataset.choice);
    else this.act.more(trainee);
  }

  draw() {
    const { book } = this;
    if (!book.state) return;
    this.#banner();
    this.#tally();
    this.#notices();
    for (const trainee of book.trainees) this.#row(trainee);
    for (const [id, row] of this.rows) if (!book.trainee(id)) row.remove();
    const others = book.others.length;
    const todo = tallyOf(book.trainees, book.waiting).todo;
    const nobody = todo ? "Nobody else expected" : "Everyone is marked"; // as the page without a script says it
    write(this.part("everyone"), others ? `Everyone else present (${others})` : nobody);
    this.part("everyone").disabled = !others || book.over;
    this.part("undo").disabled = !book.undoing.length || book.over;
    write(this.part("foot"), footOf(book, this.line, this.reasons));
  }

  #banner() {
    const said = bannerOf(this.book, this.line);
    const banner = this.part("banner");
    banner.dataset.how = said?.[0] ?? "";
    this.part("banner-words").hidden = !said;
    write(this.part("banner-bold"), said?.[1] ?? "");
    write(this.part("banner-rest"), said?.[2] ?? "");
    this.part("sign-in").hidden = said?.[0] !== "signed-out";
  }

  #tally() {
    const tally = tallyOf(this.book.trainees, this.book.waiting);
    for (const [name, many] of Object.entries(tally)) write(this.root.querySelector(`[data-count="${name}"]`), String(many));
    write(this.part("todo"), this.todoOnly ? "Show all" : "Show to do");
    this.part("todo").setAttribute("aria-pressed", String(this.todoOnly));
  }

  #row(trainee) {
    const row = this.rows.get(trainee.id) ?? this.#newRow(trainee);
    const standing = this.book.standing(trainee);
    const choice = choiceOf(standing);
    write(this.part("name", row), trainee.name);
    write(this.part("under", row), underName(trainee, standing, this.reasons));
    row.dataset.kept = standing.kept ? "phone" : "";
    this.part("kept", row).hidden = !standing.kept;
    row.dataset.choice = choice;
    for (const button of row.querySelectorAll("[data-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.choice === choice));
      const barred = this.book.early || !trainee.may_take_part;
      button.disabled = this.book.over || (barred && button.dataset.choice !== "absent");
    }
    row.hidden = this.todoOnly && choice !== "";
  }

  #newRow(trainee) {
    const row = this.copy("row");
    row.dataset.trainee = trainee.id;
    this.part("more", row).setAttribute("aria-label", `More for ${trainee.name}`);
    this.rows.set(trainee.id, row);
    this.part("rows").append(row);
    return row;
  }

  // What a person must look at: made anew only when it says something else, or a finger would miss its button.
  #notices() {
    const { conflicts = [] } = this.book.state;
    const key = JSON.stringify([conflicts, this.book.stuck, this.book.strangers, this.lost, this.book.waiting.length, this.line.kind]);
    if (key === this.drawn) return;
    this.drawn = key;
    const cards = [
      ...conflicts.map((each) => this.#conflict(each)),
      ...this.book.stuck.map((each) => this.#refused(each)),
      this.book.strangers && this.#plain(othersWords(this.book.strangers)),
      this.lost && this.#plain(lostWords(this.lost)),
    ];
    this.part("notices").replaceChildren(...cards.filter(Boolean));
  }

  #conflict(conflict) {
    const card = this.copy("conflict");
    const trainee = this.book.trainee(conflict.trainee);
    const stands = conflict.stands ?? trainee;
    write(this.part("name", card), trainee?.name ?? "");
    write(this.part("stands", card), `${wordsOf(stands, this.reasons)}, ${stands.by}`);
    write(this.part("other", card), `${wordsOf(conflict, this.reasons)}, ${conflict.by}, ${hourOf(conflict.made_at)}`);
    for (const [name, words, choose] of [["keep", stands, false], ["change", conflict, true]]) {
      const button = this.part(name, card);
      write(button, `${choose ? "Change to" : "Keep"} ${wordsOf(words, this.reasons).toLowerCase()}`);
      button.disabled = this.line.kind !== "quiet" && this.line.kind !== "sending";
      button.addEventListener("click", () => this.act.settle(conflict.step, choose));
    }
    return card;
  }

  #refused(entry) {
    const card = this.copy("refused");
    const trainee = this.book.trainee(entry.item.trainee);
    const what = entry.item.presence ? wordsOf(entry.item, this.reasons).toLowerCase() : "a note";
    write(this.part("what", card), `${trainee?.name ?? "Somebody"}, ${what}: not kept`);
    write(this.part("why", card), entry.item.refused ?? "");
    this.part("dismiss", card).addEventListener("click", () => this.book.putAside(entry));
    return card;
  }

  #plain(words) {
    const card = this.copy("plain");
    write(card, words);
    return card;
  }

  // The bar of the page that this phone keeps; a page from the server says it already.
  title() {
    const title = this.part("title", this.root.parentElement);
    if (!title) return;
    write(title, titleOf(this.book.state.session));
    write(this.part("cohort", this.root.parentElement), cohortOf(this.book.state.session));
  }
}

// Only what changed is written: a live region says again whatever is put into it.
function write(element, words) {
  if (element && element.textContent !== words) element.textContent = words;
}
// What a row's three buttons cannot say: minutes, left early, excused, taken back, a note. And notes of nobody on the list.

class Sheet {
  constructor(root, { book, view, reasons }) {
    Object.assign(this, { book, view, reasons, trainee: null });
    this.dialog = root.querySelector('dialog[data-dialog="trainee"]');
    this.noting = root.querySelector('dialog[data-dialog="note"]');
    this.dialog.addEventListener("click", (event) => this.#pressed(event));
    for (const input of this.dialog.querySelectorAll("input[data-minutes]")) {
      input.addEventListener("change", () => this.#minutes(input.dataset.minutes, Number(input.value)));
    }
    for (const dialog of [this.dialog, this.noting]) {
      dialog.querySelector("form").addEventListener("submit", (event) => this.#noted(event, dialog));
    }
    for (const button of root.querySelectorAll("[data-write]")) {
      button.addEventListener("click", () => this.#write(button.dataset.write));
    }
  }

  open(trainee) {
    this.trainee = trainee;
    this.dialog.querySelector("textarea").value = "";
    this.draw();
    this.dialog.showModal();
  }

  draw() {
    if (!this.trainee) return;
    const standing = this.book.standing(this.trainee);
    const present = standing.presence === "present";
    write(this.view.part("name", this.dialog), this.trainee.name);
    write(this.view.part("stands", this.dialog), wordsOf(standing, this.reasons));
    for (const part of ["late", "left"]) {
      this.view.part(part, this.dialog).hidden = !(present && standing[part]);
      this.dialog.querySelector(`input[data-minutes="${part}"]`).value = standing[part];
    }
    const may = this.trainee.may_take_part;
    this.dialog.querySelector('[data-set="left"]').hidden = !may || standing.left > 0;
    this.dialog.querySelector('[data-set="unmarked"]').hidden = standing.presence === "unmarked";
    for (const button of this.dialog.querySelectorAll("[data-reason]")) {
      button.setAttribute("aria-pressed", String(standing.reason === button.dataset.reason));
    }
  }

  #pressed(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { step, reason, set } = button.dataset;
    if (step) {
      const input = button.parentElement.querySelector("input");
      this.#minutes(input.dataset.minutes, Number(input.value) + Number(step));
    }
    if (reason) this.#mark({ ...UNMARKED, presence: "excused", reason });
    if (set === "unmarked") this.#mark(UNMARKED);
    if (set === "left") this.#left();
    if (set) this.dialog.close();
    if (reason) this.dialog.close();
  }

  #left() {
    const { late } = this.book.standing(this.trainee);
    const left = leftBy(this.book.state.session, this.book.now, late);
    this.#mark({ ...UNMARKED, presence: "present", late, left });
  }

  #minutes(part, wanted) {
    const standing = said(this.book.standing(this.trainee));
    const other = part === "late" ? standing.left : standing.late;
    const most = lengthOf(this.book.state.session) - 1 - other;
    const minutes = Math.min(Math.max(Math.round(wanted) || 0, 0), most);
    this.#mark({ ...standing, presence: "present", reason: null, [part]: minutes });
  }

  #mark(wanted) {
    this.book.mark([this.trainee], wanted);
    this.draw();
  }

  #write(kind) {
    this.noting.dataset.kind = kind;
    for (const words of this.noting.querySelectorAll("[data-for]")) words.hidden = words.dataset.for !== kind;
    this.noting.querySelector("textarea").value = "";
    this.noting.showModal();
  }

  // A note of the trainee, of the day, or of somebody who is not on the list.
  #noted(event, dialog) {
    const text = dialog.querySelector("textarea").value.trim();
    if (event.submitter?.value !== "keep" || !text) return;
    const walkIn = dialog === this.noting && dialog.dataset.kind === "walk-in";
    this.book.note(dialog === this.dialog ? this.trainee.id : null, text, walkIn);
  }
}
// Reading trainees' codes with the camera, or as typed. A code is compared by its hash: this phone holds no codes.

const EVERY = 200; // milliseconds between looks at the picture
const SAME = 4_000; // milliseconds a code in view counts as the one just read

async function hashOf(code) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A code is read as it stands, or as the end of an address.
const codeIn = (text) => text.trim().split("/").at(-1);

// The short form that stands under a code, to be typed: the hash in other letters, least first.
function shortOf(hash, alphabet, length = 6) {
  let number = BigInt(`0x${hash}`);
  let letters = "";
  for (const size = BigInt(alphabet.length); letters.length < length; number /= size) letters += alphabet[number % size];
  return letters;
}

const plain = (code) => code.replace(/[\s-]/g, "").toUpperCase();

class Scanner {
  constructor(root, { book, view, reader, alphabet }) {
    Object.assign(this, { book, view, reader, alphabet, stream: null, timer: 0, last: "", at: 0 });
    this.dialog = root.querySelector('dialog[data-dialog="scan"]');
    this.video = this.dialog.querySelector("video");
    this.canvas = document.createElement("canvas");
    root.querySelector("[data-scan]").addEventListener("click", () => this.open());
    this.dialog.addEventListener("close", () => this.#stop());
    this.dialog.querySelector("form[data-typed]").addEventListener("submit", (event) => this.#typed(event));
  }

  async open() {
    this.say("", "");
    this.dialog.showModal();
    try {
      await this.#load();
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch {
      this.video.hidden = true;
      this.say("bad", "The camera cannot be used here. Type the code that stands under theirs.");
      this.dialog.querySelector("input").focus();
      return;
    }
    if (!this.dialog.open) return this.#stop();
    this.video.hidden = false;
    this.video.srcObject = this.stream;
    await this.video.play();
    this.#look();
  }

  // The reader of codes is large: only whoever scans fetches it.
  #load() {
    if (globalThis.jsQR) return null;
    const script = document.createElement("script");
    script.src = this.reader;
    const loaded = new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = reject;
    });
    document.head.append(script);
    return loaded;
  }

  #stop() {
    clearTimeout(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.video.srcObject = null;
  }

  #look() {
    if (!this.stream) return;
    const text = this.#read();
    if (text) this.take(codeIn(text));
    this.timer = setTimeout(() => this.#look(), EVERY);
  }

  #read() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return "";
    const scale = Math.min(1, 640 / width);
    Object.assign(this.canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    const pen = this.canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    const { data } = pen.getImageData(0, 0, this.canvas.width, this.canvas.height);
    return globalThis.jsQR(data, this.canvas.width, this.canvas.height, { inversionAttempts: "dontInvert" })?.data ?? "";
  }

  async take(code) {
    if (code === this.last && Date.now() - this.at < SAME) return;
    [this.last, this.at] = [code, Date.now()];
    const hash = await hashOf(code);
    const fits = ({ code_hash }) => code_hash === hash || shortOf(code_hash, this.alphabet) === plain(code);
    const trainee = this.book.trainees.find(fits);
    if (!trainee) return this.say("bad", "This code is not of anybody on this register.");
    if (!trainee.may_take_part) return this.say("bad", `${trainee.name} may not take part yet. Ask the recruiters.`);
    if (this.book.standing(trainee).presence === "present") return this.say("good", `${trainee.name} is marked already.`);
    const { session } = this.book.state;
    const late = Math.min(minutesGone(session, this.book.now), lengthOf(session) - 1);
    await this.book.mark([trainee], { ...UNMARKED, presence: "present", late }, "scan");
    navigator.vibrate?.(60);
    this.say("good", late ? `${trainee.name}: here, late ${late} min` : `${trainee.name}: here`);
  }

  async #typed(event) {
    event.preventDefault();
    const input = event.target.querySelector("input");
    this.last = "";
    if (input.value.trim()) await this.take(codeIn(input.value));
    input.value = "";
    input.focus();
  }

  say(how, words) {
    const said = this.view.part("scanned", this.dialog);
    said.dataset.how = how;
    write(said, words);
  }
}
// The register on this device. A page from the server brings [data-register] with whose it is and which session; the page
// this phone keeps brings neither, and finds both in what is kept here.

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

// Marks on their way: in order, a few at a time, each until the server has said what came of it. Whatever goes wrong on
// the way, they stay on this phone: no answer, an expired sign-in, a server in trouble. Sent again they are the same marks,
// known by their keys.
import { allWaiting, keepRegister, leaveLine, tidy } from "./vault.js";
import { batchOf, carriedOn } from "./marks.js";

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

export class Line {
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

// One register as this phone has it: what the server last said, what waits here on top, what can be undone. Whoever
// taps sees it at once; it is kept before it is called kept.
import { addWaiting, allWaiting, keepRegister, leaveLine } from "./vault.js";
import { dayOf, HERE, markOf, noteOf, said, standingOf } from "./marks.js";

const STEPS = 30; // that can be undone

export class Book {
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

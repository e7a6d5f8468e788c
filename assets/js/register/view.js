// The register as it is drawn: a row a trainee, made once and then kept true. Rows stay where they are, so that a thumb
// finds the next one.
import { choiceOf, hourOf, tallyOf, wordsOf } from "./marks.js";
import { bannerOf, cohortOf, footOf, lostWords, othersWords, titleOf, underName } from "./words.js";

export class View {
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
export function write(element, words) {
  if (element && element.textContent !== words) element.textContent = words;
}

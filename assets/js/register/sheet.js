// What a row's three buttons cannot say: minutes, left early, excused, taken back, a note. And notes of nobody on the list.
import { leftBy, lengthOf, said, UNMARKED, wordsOf } from "./marks.js";
import { write } from "./view.js";

export class Sheet {
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

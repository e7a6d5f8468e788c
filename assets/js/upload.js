// Sends files as soon as they are chosen or dropped, one after another, and shows how far each has come.
//
// Without this file the same form is sent by its button. With it nothing on the page is lost when the connection is:
// the file stays in its row and can be sent again. The server's own answer, the panels' fragment, replaces the list.

const waiting = [];
let sending = false;

const units = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
const say = (words) => document.dispatchEvent(new CustomEvent("portal:announce", { detail: words }));

function element(name, className, words = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = words;
  return made;
}

function button(words, about, act) {
  const made = element("button", "link-button", words);
  made.type = "button";
  made.append(element("span", "govuk-visually-hidden", ` ${about}`));
  made.addEventListener("click", act);
  return made;
}

// One file's row, from chosen to answered.
class Row {
  constructor(form, file) {
    Object.assign(this, { form, file, kind: form.dataset.upload });
    this.item = element("li", "file");
    this.status = element("p", "num", "Waiting");
    this.bar = element("progress", "");
    this.bar.max = 100;
    this.bar.setAttribute("aria-label", `${file.name}: sent so far`);
    this.wide = element("div", "file__wide");
    this.words = element("p", "file__wide small mute");
    this.acts = element("div", "file__wide file__acts");
    this.wide.append(this.bar);
    this.item.append(element("p", "file__name", file.name), this.status, this.wide, this.words, this.acts);
    this.list().append(this.item);
    this.stoppable();
  }

  list() {
    const place = document.getElementById(`files-${this.kind}`);
    const next = place.nextElementSibling;
    if (next?.matches("ul.files")) return next;
    const list = element("ul", "files");
    place.after(list);
    return list;
  }

  stoppable() {
    this.acts.replaceChildren(button("Stop", `sending ${this.file.name}`, () => this.stop()));
  }

  stop() {
    this.stopped = true;
    if (this.request) this.request.abort();
    else this.clear();
  }

  clear() {
    waiting.splice(0, waiting.length, ...waiting.filter((row) => row !== this));
    const list = this.item.parentElement;
    this.item.remove();
    if (list && !list.children.length) list.remove();
    document.getElementById(`file-${this.kind}`)?.focus();
  }

  progress({ loaded, total }) {
    const percent = Math.floor((100 * loaded) / total);
    const seconds = (performance.now() - this.began) / 1000;
    this.bar.value = percent;
    this.status.textContent = `${percent}% of ${units(this.file.size)}`;
    if (percent === 100) this.words.textContent = "Nearly there.";
    else if (seconds > 2) this.words.textContent = `About ${Math.ceil(((total - loaded) * seconds) / loaded)} seconds left.`;
  }

  failed(words, again) {
    this.item.classList.add("file--bad");
    this.status.replaceChildren(element("span", "flag flag--bad", "Not sent"));
    this.wide.hidden = true;
    this.words.className = "file__wide";
    this.words.textContent = words;
    const { name } = this.file;
    const acts = [button("Clear this message", `about ${name}`, () => this.clear())];
    if (again) acts.unshift(button("Try again", `to send ${name}`, () => this.again()));
    this.acts.replaceChildren(...acts);
    say(`${name}: ${words}`);
  }

  again() {
    this.item.classList.remove("file--bad");
    this.wide.hidden = false;
    this.words.className = "file__wide small mute";
    this.words.textContent = "";
    this.status.textContent = "Waiting";
    this.stoppable();
    enqueue(this);
  }

  send() {
    this.began = performance.now();
    this.stopped = false;
    const body = new FormData();
    for (const { name, value } of this.form.querySelectorAll("input[type=hidden]")) body.append(name, value);
    body.append("file", this.file, this.file.name); // after the fields: the server reads them first
    this.request = new XMLHttpRequest();
    this.request.open("POST", this.form.action);
    this.request.setRequestHeader("HX-Request", "true");
    this.request.setRequestHeader("HX-Current-URL", location.href);
    this.request.upload.addEventListener("progress", (event) => this.progress(event));
    return new Promise((done) => {
      this.request.addEventListener("loadend", () => {
        this.answered(this.request);
        this.request = undefined;
        done();
      });
      this.request.send(body);
    });
  }

  answered({ status, responseText }) {
    const away = this.request.getResponseHeader("HX-Redirect");
    if (this.stopped) this.clear();
    else if (away) location.assign(away);
    else if (status === 200) this.taken(responseText);
    else if (status === 422 || status === 413) this.failed(this.problem(responseText), false);
    else if (status === 0) this.failed("The connection was lost before all of it arrived. We still have it here.", true);
    else this.failed("We could not keep it just now. We still have it here.", true);
  }

  // The page names the file before its problem; this row bears its name already.
  problem(html) {
    const place = parsed(html).querySelector(`#problem-${this.kind}, #file-${this.kind}`);
    const words = place ? place.textContent.replace(/Error:/g, "").trim() : "";
    return words.replace(`${this.file.name}: `, "") || tooBig();
  }

  taken(html) {
    this.item.remove();
    swap(html, this.kind);
    const replaced = this.form.querySelector("input[name=replaces]");
    if (replaced) location.assign(this.form.action);
    say(`${this.file.name} has arrived and is being checked.`);
  }
}

const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
const tooBig = () => `The file is larger than ${document.getElementById("panels").dataset.uploadLimitWords}.`;

function swap(html, kind) {
  const fresh = parsed(html).getElementById(`files-${kind}`);
  const old = document.getElementById(`files-${kind}`);
  if (!fresh || !old) return;
  old.replaceWith(document.adoptNode(fresh));
  window.htmx?.process(fresh);
}

async function enqueue(row) {
  waiting.push(row);
  if (sending) return;
  sending = true;
  while (waiting.length) await waiting.shift().send();
  sending = false;
}

function take(form, files) {
  const limit = Number(document.getElementById("panels").dataset.uploadLimit);
  form.querySelector("[data-upload-problems]").replaceChildren();
  form.classList.remove("govuk-form-group--error");
  for (const file of files) {
    const row = new Row(form, file);
    if (file.size > limit) row.failed(tooBig(), false);
    else if (file.size === 0) row.failed("The file is empty. Check that it opens on your device, then choose it again.", false);
    else enqueue(row);
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  const box = form.querySelector("[data-upload-button]");
  box.querySelector("button").remove();
  if (!box.children.length) box.remove();
  const chosen = () => {
    take(form, [...input.files]);
    input.value = "";
  };
  input.addEventListener("change", chosen);
  if (input.files.length) chosen(); // by somebody who was quicker than this file
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    take(form, [...event.dataTransfer.files]);
  });
}

// Leaving while a file is on its way would drop it: browsers ask first.
addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});

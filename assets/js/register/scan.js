// Reading trainees' codes with the camera, or as typed. A code is compared by its hash: this phone holds no codes.
import { lengthOf, minutesGone, UNMARKED } from "./marks.js";
import { write } from "./view.js";

const EVERY = 200; // milliseconds between looks at the picture
const SAME = 4_000; // milliseconds a code in view counts as the one just read

export async function hashOf(code) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A code is read as it stands, or as the end of an address.
export const codeIn = (text) => text.trim().split("/").at(-1);

// The short form that stands under a code, to be typed: the hash in other letters, least first.
export function shortOf(hash, alphabet, length = 6) {
  let number = BigInt(`0x${hash}`);
  let letters = "";
  for (const size = BigInt(alphabet.length); letters.length < length; number /= size) letters += alphabet[number % size];
  return letters;
}

const plain = (code) => code.replace(/[\s-]/g, "").toUpperCase();

export class Scanner {
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

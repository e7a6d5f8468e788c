// Signing out takes what registers keep on this device along. While marks wait here unsent, it asks first.
import { counted, tidy, wipe } from "./vault.js";

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

// What the register says of itself. Always true: what is only on this phone is never called saved.
import { hourOf, shortDay, wordsOf } from "./marks.js";

const marks = (many) => `${many} ${many === 1 ? "mark" : "marks"}`;
const go = (many) => (many === 1 ? "It goes" : "They go");

// The line at the top: [how, in bold, the rest]; `how` names the look. Nothing to say: null.
export function bannerOf(book, line) {
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
export function footOf(book, line, reasons) {
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
export function underName(trainee, standing, reasons) {
  const words = wordsOf(standing, reasons);
  const plain = ["Here", "Absent", "Not marked"].includes(words);
  return [!plain && words, trainee.hint].filter(Boolean).join(" · ");
}

export const titleOf = ({ title, starts_at }) => `${title} · ${shortDay(starts_at)}`;

export const cohortOf = ({ cohort, subject }) => [cohort, subject].filter(Boolean).join(" · ");

export const lostWords = (many) =>
  `${marks(many)} made here had no signal for too long and ${many === 1 ? "was" : "were"} wiped. Enter ${many === 1 ? "it" : "them"} again.`;

export const othersWords = (many) =>
  `${marks(many)} of somebody else ${many === 1 ? "waits" : "wait"} on this phone, and ${many === 1 ? "goes" : "go"} when they sign in here.`;

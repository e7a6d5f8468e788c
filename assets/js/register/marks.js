// What marks say, without a page or a server: who stands how, once what waits here is laid over what the server knows.

export const MINUTE = 60_000;
const LONDON = "Europe/London";
const hours = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("en-CA", { timeZone: LONDON, year: "numeric", month: "2-digit", day: "2-digit" });
const spoken = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, weekday: "short", day: "numeric", month: "short" });

export const UNMARKED = { presence: "unmarked", late: 0, left: 0, reason: null };
export const HERE = { ...UNMARKED, presence: "present" };
export const ABSENT = { ...UNMARKED, presence: "absent" };

export const hourOf = (instant) => hours.format(new Date(instant));
export const dayOf = (instant) => days.format(new Date(instant));
export const shortDay = (instant) => spoken.format(new Date(instant)).replace(",", "");

export const said = ({ presence, late, left, reason }) => ({
  presence,
  late: late ?? 0,
  left: left ?? 0,
  reason: reason ?? null,
});

export const same = (one, other) => ["presence", "late", "left", "reason"].every((part) => one[part] === other[part]);

// Which of a row's buttons a mark presses.
export function choiceOf({ presence, late }) {
  if (presence === "present") return late ? "late" : "here";
  return presence === "unmarked" ? "" : presence;
}

// "Late 12 min, left 30 min early"
export function wordsOf({ presence, late, left, reason }, reasons) {
  if (presence === "unmarked") return "Not marked";
  if (presence === "absent") return "Absent";
  if (presence === "excused") return `Excused: ${(reasons[reason] ?? "another reason").toLowerCase()}`;
  const parts = [late && `late ${late} min`, left && `left ${left} min early`].filter(Boolean);
  const words = parts.join(", ") || "here";
  return words[0].toUpperCase() + words.slice(1);
}

export const lengthOf = (session) => Math.round((Date.parse(session.ends_at) - Date.parse(session.starts_at)) / MINUTE);

const between = (least, minutes, most) => Math.min(Math.max(minutes, least), most);

// Whole minutes of the class that have passed; in its first minute somebody is in time.
export const minutesGone = (session, now) => Math.max(Math.floor((now - Date.parse(session.starts_at)) / MINUTE), 0);

// What a press on "Late" means: the minutes that have passed; a guess before the class and long after it.
export function lateBy(session, now) {
  const gone = minutesGone(session, now);
  return gone > 0 && gone < lengthOf(session) ? gone : 10;
}

// Minutes that are left of it, for whoever goes just now; a guess once it is over.
export function leftBy(session, now, late) {
  const minutes = Math.round((Date.parse(session.ends_at) - now) / MINUTE);
  return between(1, minutes < 1 ? 30 : minutes, lengthOf(session) - 1 - late);
}

// Marks that wait for a trainee, first made first; what was refused waits for nothing.
export const waitingOf = (trainee, waiting) =>
  waiting.filter(({ item, stuck }) => !stuck && item.trainee === trainee && item.presence);

// How a trainee stands as this phone shows it: its own last word, or else the server's.
export function standingOf(trainee, waiting) {
  const own = waitingOf(trainee.id, waiting).at(-1);
  return own ? { ...said(own.item), kept: true } : { ...said(trainee), by: trainee.by, kept: false };
}

// How many stand how; who is excused is absent too.
export function tallyOf(trainees, waiting) {
  const tally = { here: 0, late: 0, absent: 0, todo: 0 };
  for (const trainee of trainees) {
    const choice = choiceOf(standingOf(trainee, waiting)) || "todo";
    tally[choice === "excused" ? "absent" : choice] += 1;
  }
  return tally;
}

// A mark as it goes to the server. `seen` is the version of the mark this phone knew.
export function markOf(trainee, wanted, made, source = "register") {
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

export function noteOf(trainee, text, walkIn, made) {
  return { key: crypto.randomUUID(), trainee, walk_in: walkIn, text, made_at: new Date(made).toISOString() };
}

// The first of the line that may go together: in order, and of each trainee one mark, since the next one's `seen` is
// only known once the one before it has been kept.
export function batchOf(line, most) {
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
export function carriedOn(line, sent, results) {
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

// Stands between the register's pages and the line. What it keeps is the same for everybody: styles, scripts and one empty
// page, which fills itself from what is sealed on this phone. A page or an answer with somebody's name in it is never kept.
// KEPT = {version, shell, files} is written before this by the server.
import { counted, tidy } from "./vault.js";

const CACHE = `register-${KEPT.version}`;
const SLOW = 5_000; // milliseconds a register that is kept here waits for the server
const PAGE = /^\/staff\/cohorts\/(\d+)\/register\/?$/;

async function keep() {
  const cache = await caches.open(CACHE);
  const shell = new Request(KEPT.shell, { credentials: "omit", cache: "reload" }); // as a stranger: nobody's name in it
  await cache.addAll([shell, ...KEPT.files.map((address) => new Request(address, { credentials: "omit" }))]);
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("register-") && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
  await tidy(Date.now());
}

const kept = async (address) => (await caches.open(CACHE)).match(address);

async function isKept(path) {
  const cohort = Number(PAGE.exec(path)?.[1]);
  try {
    return Boolean(cohort) && (await counted()).cohorts.includes(cohort);
  } catch {
    return false;
  }
}

// The server's page, if it comes; for a register kept here also when the server is slow or in trouble.
async function page(request, path) {
  const shell = () => kept(KEPT.shell);
  if (!(await isKept(path))) return fetch(request).catch(shell);
  const answer = fetch(request).then((given) => (given.status >= 500 ? shell() : given));
  const late = new Promise((resolve) => setTimeout(resolve, SLOW)).then(shell);
  return Promise.race([answer.catch(shell), late]);
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (KEPT.files.includes(pathname + search)) {
    event.respondWith(kept(pathname + search).then((file) => file ?? fetch(request)));
  }
});

"""A page as somebody meets it who has no mouse: what Tab reaches, in which order, and whether it shows."""

from __future__ import annotations

from playwright.sync_api import Page

# Everything that can be acted on and is there to be seen; of a set of radios the one that Tab stops at.
# `looks` is how something is drawn, with what stands for it: its label, what it lies in.
WATCH = """() => {
  const ALL = 'a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex]';
  const NATIVE = 'a, button, input, select, textarea, summary, iframe, [role=region][aria-label]'; // arrows scroll one
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
  const group = (one) => [...document.querySelectorAll('input[type=radio]')]
    .filter((other) => other.name === one.name && other.form === one.form && !other.disabled && shown(other));
  const stopsAt = (one) => {
    if (one.type !== 'radio') return true;
    const those = group(one);
    return one === (those.find((other) => other.checked) ?? those[0]);
  };
  const stops = [...document.querySelectorAll(ALL)]
    .filter((one) => shown(one) && !one.disabled && one.tabIndex >= 0 && !one.closest('[inert]') && stopsAt(one));
  const ring = (one, part) => {
    const style = getComputedStyle(one, part);
    const outline = style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2 ? '' : style.outline;
    return outline + style.boxShadow;
  };
  const looks = (one) => {
    const near = [one, ...(one.labels ?? []), one.parentElement, one.parentElement.parentElement];
    return near.flatMap((each) => [ring(each), ring(each, '::before'), ring(each, '::after')]).join('|');
  };
  const named = (one) => one.outerHTML.replace(/\\s+/g, ' ').slice(0, 90);
  const seen = (one) => {
    const box = one.getBoundingClientRect();
    const mine = (hit) => hit && (one.contains(hit) || hit.contains(one) ||
      [...(one.labels ?? [])].some((label) => label.contains(hit)));
    return [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]].some(([x, y]) =>
      mine(document.elementFromPoint(box.left + box.width * x, box.top + box.height * y)));
  };
  const places = stops.map((one) => ({ all: [...one.getClientRects()], apart: Boolean(apart(one)) }));
  function apart(one) {
    for (let each = one; each; each = each.parentElement) {
      const { position, overflowX } = getComputedStyle(each);
      const moves = overflowX === 'auto' && each.scrollWidth > each.clientWidth;
      if (position === 'sticky' || position === 'fixed' || moves) return each;
    }
    return null;
  }
  const before = stops.map(looks);
  const reached = new Set();
  const wrong = [];
  const say = (what, one) => wrong.push(`${what}: ${named(one)}`);
  let last = -1;
  let lastOne = null;
  document.addEventListener('keydown', ({ key }) => {
    const now = document.activeElement;
    if (key !== 'Tab' || now === document.body || now === lastOne) return;
    lastOne = now;
    const place = stops.indexOf(now);
    if (place < 0) {
      if (!(now.scrollWidth > now.clientWidth || now.scrollHeight > now.clientHeight)) say('not to be acted on', now);
      return;
    }
    if (reached.has(place)) return;
    if (place !== last + 1) say('out of turn', now);
    last = place;
    reached.add(place);
    if (looks(now) === before[place]) say('focus does not show', now);
    if (!seen(now)) say('covered', now);
  }, true);
  for (let place = 1; place < stops.length; place += 1) {
    const [from, to] = [places[place - 1], places[place]];
    if (from.apart || to.apart || place === 1) continue;
    const [a, b] = [from.all.at(-1), to.all[0]];
    const sameLine = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.min(a.height, b.height) / 2;
    const above = b.bottom <= a.top + 1 && b.left < a.right - 1;
    const left = sameLine && b.right <= a.left + 1;
    if (above || left) say(`stands before what comes before it (${named(stops[place - 1])})`, stops[place]);
  }
  for (const one of stops) if (!one.matches(NATIVE)) say('Enter does nothing', one);
  for (const one of document.querySelectorAll('[role=button]:not(a, button), [hx-get]:not(a, form, [hx-trigger])'))
    say('a button for the mouse alone', one);
  window.walk = {
    get done() { return reached.size === stops.length; },
    get wrong() {
      return [...wrong, ...stops.filter((_, place) => !reached.has(place)).map((one) => `not reached: ${named(one)}`)];
    },
    count: stops.length,
  };
  return stops.length;
}"""
IN_MAIN = """() => {
  const [main, now] = [document.querySelector('main'), document.activeElement];
  return main.contains(now) || Boolean(main.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING);
}"""
# What asks for itself again would put new parts in the place of those that are walked through.
QUIET = "() => document.addEventListener('htmx:beforeRequest', (event) => event.preventDefault(), true)"
MORE = 12  # presses beyond one for each: a date's field has several


def walked(page: Page) -> list[str]:
    """What is wrong for somebody who goes through the whole page with Tab, from a fresh page's top."""
    page.evaluate(QUIET)
    left = page.evaluate(WATCH) + 1
    for _ in range(4):
        for _ in range(left):
            page.keyboard.press("Tab")
        if page.evaluate("walk.done"):
            break
        left = MORE
    return [str(each) for each in page.evaluate("walk.wrong")]


def skipped(page: Page) -> list[str]:
    """Whether the first stop, from a page's top, leads over everything that is on all pages."""
    page.evaluate("() => { document.activeElement.blur(); location.hash = '#top'; }")  # Tab begins anew at the top
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.className") != "govuk-skip-link":
        return ["the first stop is not the skip link"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    return [] if page.evaluate(IN_MAIN) else ["the skip link leads nowhere"]

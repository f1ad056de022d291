/* Wires the taking page: journal <- form -> view, sync -> server, clock -> submission at zero.
   Until the last line has run the page is a plain form that works by itself. */

import { Api } from "./api.js";
import { Bands, signInPlace } from "./bands.js";
import { inApp } from "./browser.js";
import { Clock } from "./clock.js";
import { Journal, PREDICTION } from "./journal.js";
import { listenKeys } from "./keys.js";
import { listenLooks, remembered } from "./looks.js";
import { Round } from "./round.js";
import { Sync } from "./sync.js";
import { minutesSeconds, readTexts, timeOfDay } from "./texts.js";
import { View } from "./view.js";

const STALE_MS = 60000; // ask the server again before telling "5 minutes" from older knowledge
const RETURN_MS = 20000; // likewise when the page comes back to the front
const LAST_LOOK_MS = 5000;

const root = document.getElementById("paper-root");
const data = root.dataset;
const t = readTexts(document.getElementById("paper-texts"));
const view = new View(root, t);
const say = (text) => view.say(text);
const bands = new Bands(root, say);
const journal = new Journal(data.attempt, view.slots, () => bands.put("unkept", true));
const api = new Api(data.urlSession, view.form.elements.csrf_token.value);
const state = journal.state;

/* --- the page as rendered, this device's journal over it, then whatever was ticked before this script ran --- */

const early = view.slots.filter((slot) => String(view.chosen(slot)) !== String(view.rendered(slot)))
  .map((slot) => [slot, view.chosen(slot)]);
const rendered = {};
view.slots.forEach((slot) => (rendered[slot] = view.rendered(slot)));
const opened = journal.open({ epoch: Number(data.epoch), seq: Number(data.seq), answers: rendered });
early.forEach(([slot, value]) => journal.choose(slot, value));

const clock = new Clock({ tick: onTick, zero: onZero, slept: () => sync.probe() });
const sync = new Sync({
  api,
  journal,
  attempt: data.attempt,
  number: Number(data.number),
  owned: opened.owned,
  urls: { save: data.urlSave, submit: data.urlSubmit, start: data.urlStart },
  on: {
    change: drawState,
    time: (body, reply) => round.time(body, reply),
    yielded: onYielded,
    resumed: onResumed,
    finished: toReceipt,
    late: onLate,
    signIn: onSignIn,
    elsewhere: () => window.location.reload(),
  },
});

const round = new Round(
  { api, bands, clock, journal, sync, t, view, urls: { clock: data.urlClock, state: data.urlState } },
  { moves: data.moves, closesAt: data.closesAt, deadline: data.deadline },
);

/* --- answering --- */

const current = () => view.slots[view.at];
const answering = () => sync.mode === "open" && view.pane === "question";

function answered(slot) {
  journal.choose(slot, view.chosen(slot));
  view.progress(state);
  sync.changed();
}

function clear(slot) {
  view.put(slot, []);
  answered(slot);
  if (slot === PREDICTION) view.tidy(slot);
  view.inputs(slot)[0].focus({ preventScroll: true });
  say(t("cleared"));
}

function flag(slot) {
  journal.flag(slot);
  view.progress(state);
}

function choose(index) {
  const input = answering() && view.inputs(current())[index];
  if (!input || input.type === "text") return;
  input.checked = input.type === "radio" || !input.checked;
  input.focus({ preventScroll: true });
  answered(current());
}

function goTo(index, focus) {
  view.go(index, focus);
  journal.set({ at: current() });
  view.progress(state);
}

/* What another device had instead; taken with one tap, given back with the next. */
function takeOther(slot) {
  journal.swap(slot);
  view.put(slot, state.answers[slot] || []);
  view.progress(state);
  sync.changed();
  say(t("taken-other", { other: view.words(slot, state.answers[slot]) }));
}

/* Everything on one page: the question being read is the current one. */
let scrolled = 0;
function follow() {
  if (!view.all || view.pane !== "question" || scrolled) return;
  scrolled = requestAnimationFrame(() => {
    scrolled = 0;
    const at = view.reading();
    if (at === view.at || view.pane !== "question") return;
    view.at = at;
    view.ends();
    journal.set({ at: current() });
    view.progress(state);
  });
}

/* In which question a button stands; the one on screen for those outside. */
const slotOf = (node) => {
  const question = node.closest(".question");
  return question ? question.dataset.slot : current();
};

function move(by) {
  if (view.pane !== "question") return;
  if (by > 0 && view.at === view.slots.length - 1) {
    if (sync.mode === "open") view.review(state);
  } else if (by > 0 || view.at > 0) goTo(view.at + by, true);
}

function confirmSubmit() {
  view.lock(true);
  view.handing();
  sync.submit();
}

function seen() {
  view.marks = {};
  journal.set({ others: {}, taken: {} });
  view.progress(state);
  putAway("overlaid");
}

function putAway(band) {
  bands.put(band, false);
  refocus();
}

function refocus() {
  if (view.pane === "question") view.focus(view.questions[view.at].querySelector("legend"));
}

const ACTS = {
  flag: (button) => flag(slotOf(button)),
  clear: (button) => clear(slotOf(button)),
  "take-other": (button) => takeOther(slotOf(button)),
  back: () => move(-1),
  next: () => move(1),
  list: () => view.list(!view.listOpen(), true),
  "close-list": () => view.list(false, true),
  confirm: confirmSubmit,
  return: () => goTo(view.at, true),
  resume: () => sync.resume(),
  seen,
  "to-bands": () => bands.reveal(),
  "hide-moved": () => putAway("moved"),
  "notice-seen": () => {
    round.read();
    putAway("notice");
  },
  "hide-in-app": () => {
    journal.set({ seen: { ...state.seen, "in-app": true } });
    putAway("in-app");
  },
};
let left = false; // signing out from this window

function listen() {
  view.form.addEventListener("change", (event) => {
    const question = event.target.closest(".question");
    if (!question || sync.mode !== "open") return;
    if (event.target.type === "text") view.tidy(question.dataset.slot);
    answered(question.dataset.slot);
  });
  view.form.addEventListener("input", (event) => {
    if (event.target.type === "text" && sync.mode === "open") answered(event.target.closest(".question").dataset.slot);
  });
  view.form.addEventListener("submit", (event) => {
    event.preventDefault();
    sync.changed();
  });
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto], a.cell, #notice a.q-chip");
    if (link) {
      event.preventDefault();
      const slot = link.dataset.goto || link.dataset.slot || link.hash.slice(3);
      if (view.pane === "question" || view.pane === "review") goTo(view.slots.indexOf(slot), true);
      return;
    }
    const button = event.target.closest("[data-act]");
    if (button && ACTS[button.dataset.act]) ACTS[button.dataset.act](button);
  });
  listenLooks(document.getElementById("looks"), {
    spread: (all) => {
      view.spread(all);
      refocus();
    },
    resized: (size) => say(t("text-size", { size: size + 1 })),
  });
  window.addEventListener("scroll", follow, { passive: true });
  root.addEventListener("focusin", follow);
  document.addEventListener("returned", () => sync.probe());
  document.addEventListener("leaving", () => sync.flush());
  document.addEventListener("left", () => {
    left = true;
    journal.paused = true;
    sync.stop();
    clock.stop();
  });
  document.getElementById("hand-in").addEventListener("click", () => view.review(state));
  document.getElementById("shade").addEventListener("click", () => view.list(false, true));
  document.getElementById("palette").addEventListener("focusout", (event) => {
    const to = event.relatedTarget;
    if (view.listOpen() && to && !event.currentTarget.contains(to) && to.id !== "shade") view.list(false);
  });
  listenKeys(document.getElementById("keys-on"), {
    move,
    choose,
    flag: () => answering() && (flag(current()), say(t(state.flags[current()] ? "flagged" : "unflagged"))),
    escape: () => view.listOpen() && view.list(false, true),
  });
  signInPlace(bands.get("sign-in"), api, t, () => {
    bands.put("sign-in", false);
    sync.signedIn();
    refocus();
  });

  window.addEventListener("online", () => sync.online());
  window.addEventListener("offline", () => sync.offline());
  window.addEventListener("pagehide", () => sync.leave());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") sync.leave();
    else onReturn();
  });
  window.addEventListener("beforeunload", (event) => {
    if (journal.kept || !journal.pending() || sync.mode === "over") return;
    event.preventDefault();
    event.returnValue = "";
  });
  journal.watch(
    () => sync.yieldTo("window"),
    () => window.location.replace(data.urlReceipt),
    () => left || window.location.replace("/"), // this window's own leaving is told here too, when the browser clears up
  );
}

function onReturn() {
  clock.tick();
  if (sync.held) sync.signedIn(); // perhaps signed in at another window meanwhile
  else if (performance.now() - sync.lastReply > RETURN_MS) sync.probe();
  round.ask();
}

/* --- time --- */

let lastLeft = Infinity;
const lastLook = 4000 + Math.random() * 6000;

function onTick(left) {
  view.clock(minutesSeconds(left), left);
  [[300000, "five-minutes"], [60000, "one-minute"]].forEach(([mark, text]) => {
    if (!(lastLeft > mark && left <= mark) || lastLeft === Infinity) return;
    say(t(text));
    if (performance.now() - sync.lastReply > STALE_MS) sync.probe();
  });
  /* Shortly before the end learn whether minutes were added, so that nobody is submitted early. */
  if (lastLeft > lastLook && left <= lastLook && performance.now() - sync.lastReply > LAST_LOOK_MS) sync.probe();
  lastLeft = left;
}

function onZero() {
  if (sync.mode === "open" && (sync.owned || journal.pending())) {
    view.lock(true);
    view.handing(t("time-up"));
    sync.submit();
  } else if (sync.mode === "open" || sync.mode === "yielded") sync.end(false);
}

/* --- what the server said --- */

function drawState() {
  view.progress(state);
  const dirty = journal.pending() > 0;
  data.unsent = dirty ? "yes" : "";
  if (sync.busy === "save" && dirty) view.saved("saving");
  else if (dirty) view.saved("unsaved");
  else if (sync.savedAt) view.saved("saved-at", { time: timeOfDay(sync.savedAt) });
  else view.saved(Number(data.seq) || journal.answered() ? "saved" : "auto");

  const trouble = sync.mode === "over" || sync.held ? null : sync.trouble;
  const wasOff = bands.shown("offline") || bands.shown("offline-unkept");
  const band = trouble === "offline" && !journal.kept ? "offline-unkept" : trouble;
  bands.only(["offline", "offline-unkept", "busy", "refused"], band, trouble === "refused" ? { status: sync.refusal } : undefined);
  if (wasOff && !trouble && sync.mode === "open" && !dirty) say(t("online"));
  if (sync.mode === "submitting") view.slow(Boolean(trouble));
}

function unsentNames() {
  return Object.keys(state.dirty).map((slot) => view.name(slot)).join(", ");
}

function onYielded(who, handing) {
  view.lock(true);
  if (view.pane !== "question") view.go(view.at);
  bands.put("sign-in", false);
  bands.put("overlaid", false);
  bands.get("yielded").querySelector("[data-unsent]").textContent =
    journal.pending() ? t("unsent", { list: unsentNames() }) : "";
  ["yielded", "window"].forEach((name) => (bands.get(name).querySelector("[data-unhanded]").hidden = !handing));
  bands.only(["yielded", "window"], who === "window" ? "window" : "yielded");
}

function onResumed(overlaid) {
  bands.only(["yielded", "window"], null);
  view.answers(state);
  showOverlaid(overlaid);
  if (sync.mode === "submitting") return;
  view.lock(false);
  if (!overlaid.length) refocus();
}

function showOverlaid(slots) {
  if (!slots.length) return;
  slots.forEach((slot) => (view.marks[slot] = true));
  view.chips(bands.get("overlaid").querySelector("[data-list]"), slots);
  bands.put("overlaid", true);
  view.progress(state);
}

function onSignIn(other) {
  const band = bands.get("sign-in");
  band.querySelector("[data-when=out]").hidden = other;
  band.querySelector("[data-when=other]").hidden = !other;
  bands.put("sign-in", true);
}

/* Finished elsewhere: the receipt page closes the journal, and hands in what came too late as evidence. */
function toReceipt(accepted) {
  clock.stop();
  if (accepted) journal.clear();
  else journal.paused = true;
  window.location.replace(data.urlReceipt);
}

function onLate(evidence) {
  clock.stop();
  if (sync.mode === "over" && (evidence || !journal.pending())) journal.clear();
  ["yielded", "window", "overlaid", "sign-in", "paused"].forEach((name) => bands.put(name, false));
  view.clock(minutesSeconds(0), 0);
  view.held(false);
  view.ended(evidence);
}

/* --- go --- */

const wanted = /^#q-/.test(window.location.hash) ? window.location.hash.slice(3) : state.at;
const start = Math.max(0, view.slots.indexOf(wanted));
view.enhance();
view.answers(state);
view.spread(remembered("view") === "all");
goTo(start, view.all && start > 0);
if (window.location.hash && !view.all) window.scrollTo(0, 0);
if (!journal.kept) bands.put("unkept", true);
if (inApp() && !state.seen["in-app"]) bands.put("in-app", true);
listen();

const navigation = performance.getEntriesByType && performance.getEntriesByType("navigation")[0];
round.time(
  {
    remaining_ms: data.remainingMs ? Number(data.remainingMs) : Date.parse(data.deadline) - Date.parse(data.serverTime),
    paused: Boolean(data.paused),
  },
  { sent: navigation ? navigation.requestStart : 0, got: navigation ? navigation.responseStart : performance.now() },
);

if (opened.yielded) sync.yieldTo("device");
else {
  showOverlaid(opened.overlaid);
  if (state.submit) confirmSubmit();
  else sync.changed();
  if (navigation && navigation.type === "back_forward") sync.probe();
}
if (navigator.onLine === false) sync.offline();
round.start(Array.from(root.querySelectorAll("[data-notice]")));

/* Draws the state of the paper on the page's own form. Decides nothing, sends nothing. */

import { PREDICTION, same } from "./journal.js";
import { grouped, parsed, whole } from "./prediction.js";

const LETTERS = "ABCDEFGHIJ";
const READING_LINE = 0.35; // of the window's height: where the eye is while everything stands on one page
const LINE = 44;
const FAR = 0.4; // of it: a question that begins lower, under bands, is brought up

const $ = (id) => document.getElementById(id);

export class View {
  constructor(root, t) {
    this.t = t;
    this.form = $("paper");
    this.questions = Array.from(root.querySelectorAll(".question"));
    this.slots = this.questions.map((question) => question.dataset.slot); // the prediction question is the last of them
    this.asked = this.slots.filter((slot) => slot !== PREDICTION);
    this.situations = Array.from(root.querySelectorAll(".situation"));
    this.cells = {};
    root.querySelectorAll("#cells [data-slot]").forEach((cell) => (this.cells[cell.dataset.slot] = cell));
    this.at = 0;
    this.locked = false;
    this.pane = "question"; // question | review | handing | ended
    this.spoken = [];
    this.all = false; // every question on one page, or one at a time
    this.marks = {}; // slot -> laid over after another device had the paper
  }

  /* --- reading the form --- */

  question(slot) {
    return this.questions[this.slots.indexOf(slot)];
  }

  inputs(slot) {
    return Array.from(this.question(slot).querySelectorAll(".options input"));
  }

  /* what the server rendered, and what is ticked now (the taker may have been quicker than this script) */
  rendered(slot) {
    if (slot === PREDICTION) return whole(parsed(this.inputs(slot)[0].defaultValue));
    return this.inputs(slot).filter((input) => input.defaultChecked).map((input) => Number(input.value));
  }

  chosen(slot) {
    if (slot === PREDICTION) return whole(parsed(this.inputs(slot)[0].value));
    return this.inputs(slot).filter((input) => input.checked).map((input) => Number(input.value));
  }

  put(slot, given) {
    if (slot === PREDICTION) this.inputs(slot)[0].value = given.length ? grouped(given[0]) : "";
    else this.inputs(slot).forEach((input) => (input.checked = given.indexOf(Number(input.value)) >= 0));
  }

  /* The number is left: digits in groups, or the sentence that says what it must be. */
  tidy(slot) {
    const field = this.inputs(slot)[0];
    const number = parsed(field.value);
    const wrong = number === undefined;
    $("prediction-error").hidden = !wrong;
    field.setAttribute("aria-invalid", String(wrong));
    if (typeof number === "number") field.value = grouped(number);
  }

  /* --- drawing --- */

  enhance() {
    document.documentElement.classList.add("enhanced");
    document.querySelectorAll(".paper .no-js").forEach((node) => (node.hidden = true));
    this.situations.forEach((situation) => {
      situation.querySelector("summary").addEventListener("click", () => (situation.dataset.kept = "yes"));
    });
  }

  cell(slot) {
    return this.cells[slot];
  }

  answers(state) {
    this.slots.forEach((slot) => this.put(slot, state.answers[slot] || []));
    this.progress(state);
  }

  progress(state) {
    const t = this.t;
    let done = 0;
    this.slots.forEach((slot, index) => {
      const answered = Boolean(state.answers[slot]);
      const flagged = Boolean(state.flags[slot]);
      if (answered && slot !== PREDICTION) done += 1;
      const cell = this.cells[slot];
      const current = index === this.at && this.pane === "question";
      cell.dataset.answered = answered ? "yes" : "no";
      cell.dataset.flagged = flagged ? "yes" : "no";
      cell.dataset.current = current ? "yes" : "no";
      if (current) cell.setAttribute("aria-current", "true");
      else cell.removeAttribute("aria-current");
      const words = [t(answered ? "is-answered" : "is-unanswered")];
      if (flagged) words.push(t("is-flagged"));
      const question = this.questions[index];
      question.classList.toggle("is-current", current);
      question.querySelector("[data-act=flag]").setAttribute("aria-pressed", String(flagged));
      question.querySelector("[data-act=clear]").hidden = !answered;
      if (this.marks[slot]) words.push(t(state.dirty[slot] ? "mark-unsent" : "mark-sent").toLowerCase());
      this.origin(question, slot, state);
      cell.querySelector("[data-state]").textContent = ", " + words.join(", ");
    });
    $("answered").textContent = t("answered", { done, total: this.asked.length });
  }

  /* Where two devices disagree both answers are named, and one tap takes the other one. */
  origin(question, slot, state) {
    const mark = question.querySelector("[data-mark]");
    mark.hidden = !this.marks[slot];
    if (mark.hidden) return;
    const other = state.others[slot];
    const differs = Boolean(other) && !same(other, state.answers[slot]);
    const taken = Boolean(state.taken[slot]);
    mark.querySelector("[data-own]").textContent = this.t(taken ? "mark-taken" : state.dirty[slot] ? "mark-unsent" : "mark-sent");
    const line = mark.querySelector("[data-other]");
    line.hidden = !differs;
    line.firstElementChild.textContent = this.t(taken ? "own-answer" : "other-answer", { other: this.words(slot, other) });
    const button = line.querySelector("button");
    button.textContent = this.t("take-other", { other: this.words(slot, other) });
  }

  words(slot, given) {
    if (!given) return "";
    return slot === PREDICTION ? grouped(given[0]) : given.map((id) => this.letter(slot, id)).join(", ");
  }

  letter(slot, id) {
    return LETTERS[this.inputs(slot).findIndex((input) => Number(input.value) === id)];
  }

  saved(kind, values) {
    const node = $("saved");
    node.dataset.state = kind;
    const text = this.t(kind, values);
    if (node.lastElementChild.textContent !== text) node.lastElementChild.textContent = text;
  }

  held(wanted) {
    $("held").hidden = !wanted;
  }

  clock(text, left) {
    $("clock").textContent = text;
    $("paper-time").dataset.low = left <= 60000 ? "1" : left <= 300000 ? "5" : "";
    $("hurry").hidden = left > 300000;
  }

  /* --- what is on screen --- */

  /* A situation stays while its questions follow each other. A long one folds after the first of them, with
     its name still there to open it; whoever folds or opens it decides from then on. */
  tell(situation, asking) {
    const slot = this.slots[this.at];
    const { told, kept, slots } = situation.dataset;
    situation.hidden = !asking || (!this.all && slots.split(" ").indexOf(slot) < 0);
    if (!situation.hidden && !this.all) {
      if (told && told !== slot && !kept && situation.offsetHeight > window.innerHeight / 2) situation.open = false;
      situation.dataset.told = slot;
    }
    if (situation.hidden || !situation.open)
      situation.querySelectorAll("audio, video").forEach((media) => media.pause());
  }

  show(pane) {
    this.pane = pane;
    const asking = pane === "question";
    this.questions.forEach((question, index) => (question.hidden = !asking || (!this.all && index !== this.at)));
    this.situations.forEach((situation) => this.tell(situation, asking));
    $("steps").hidden = !asking;
    $("palette").hidden = pane === "handing" || pane === "ended";
    $("hand-in").hidden = !asking || this.locked;
    $("saved").hidden = pane === "ended";
    ["review", "handing", "ended"].forEach((id) => ($(id).hidden = id !== pane));
    this.list(false);
  }

  go(index, focus) {
    this.at = Math.max(0, Math.min(index, this.questions.length - 1));
    this.show("question");
    this.ends();
    if (focus) this.focus(this.questions[this.at].querySelector("legend"));
  }

  ends() {
    const last = this.at === this.questions.length - 1;
    const steps = $("steps");
    steps.querySelector("[data-act=back]").setAttribute("aria-disabled", String(this.at === 0));
    steps.querySelector("[data-next]").hidden = last;
    steps.querySelector("[data-last]").hidden = !last;
  }

  focus(node) {
    node.focus({ preventScroll: true });
    const bar = this.head();
    const at = node.getBoundingClientRect().top;
    const scroll = (top) => window.scrollTo(0, Math.max(0, top + window.pageYOffset - bar - 8));
    const desk = document.querySelector(".paper-desk").getBoundingClientRect().top;
    if (this.all && this.pane === "question") {
      if (at < bar || at > window.innerHeight / 2) scroll(at - 16);
    } else if (desk < bar || desk > window.innerHeight * FAR) scroll(desk);
    else if (at < bar) node.scrollIntoView();
  }

  /* What stays over the page when it is scrolled: the bar, and the line that leads back to the bands. */
  head() {
    const line = document.querySelector("[data-band]:not([hidden])") ? LINE : 0;
    return document.querySelector(".paper-top").offsetHeight + line;
  }

  spread(all) {
    this.all = all;
    document.documentElement.classList.toggle("all-questions", all);
    if (this.pane === "question") this.go(this.at);
  }

  /* All on one page: the question that has the focus, as long as any of it is to be seen; else the one being read. */
  reading() {
    const top = this.head();
    const held = this.questions.indexOf(document.activeElement.closest(".question"));
    if (held >= 0) {
      const box = this.questions[held].getBoundingClientRect();
      if (box.bottom > top && box.top < window.innerHeight) return held;
    }
    const line = window.innerHeight * READING_LINE;
    const found = this.questions.findIndex((question) => question.getBoundingClientRect().bottom > line);
    return found < 0 ? this.questions.length - 1 : found;
  }

  lock(locked) {
    this.locked = locked;
    this.questions.forEach((question) => (question.disabled = locked));
    $("hand-in").hidden = locked || this.pane !== "question";
  }

  /* The list of questions: a sheet on phones, a column (always there) on desks. */
  list(open, focus) {
    const sheet = $("palette");
    const button = $("steps").querySelector("[data-act=list]");
    sheet.classList.toggle("is-open", open);
    $("shade").hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!focus) return;
    if (open) $("palette-title").focus({ preventScroll: true });
    else button.focus({ preventScroll: true });
  }

  listOpen() {
    return $("palette").classList.contains("is-open");
  }

  chips(list, slots) {
    list.textContent = "";
    slots.forEach((slot) => {
      const item = document.createElement("li");
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "q-chip";
      chip.dataset.goto = slot;
      chip.textContent = this.name(slot);
      item.appendChild(chip);
      list.appendChild(item);
    });
  }

  name(slot) {
    return slot === PREDICTION ? this.t("prediction") : this.t("number", { n: this.slots.indexOf(slot) + 1 });
  }

  review(state) {
    const missing = this.slots.filter((slot) => !state.answers[slot]);
    const flagged = this.slots.filter((slot) => state.flags[slot]);
    const part = (name) => $("review").querySelector("[data-part=" + name + "]");
    $("review").querySelector("[data-summary]").textContent = $("answered").textContent;
    part("missing").hidden = !missing.length;
    part("flagged").hidden = !flagged.length;
    part("complete").hidden = missing.length > 0;
    const number = $("review").querySelector("[data-prediction]");
    if (number) number.textContent = this.predicted(state);
    this.chips(part("missing").querySelector("[data-list]"), missing);
    this.chips(part("flagged").querySelector("[data-list]"), flagged);
    this.show("review");
    this.progress(state);
    this.focus($("review-title"));
  }

  predicted(state) {
    const given = state.answers[PREDICTION];
    return this.t(given ? "predicted" : "unpredicted", { number: this.words(PREDICTION, given) });
  }

  handing(title) {
    if (this.pane === "handing") return;
    if (title) $("handing-title").textContent = title + " " + $("handing-title").textContent;
    this.show("handing");
    this.focus($("handing-title"));
  }

  slow(waiting) {
    $("handing-slow").hidden = !waiting;
  }

  ended(evidence) {
    if (evidence) $("ended-evidence").hidden = false;
    if (this.pane === "ended") return;
    this.lock(true);
    this.show("ended");
    $("paper-time").dataset.low = "1";
    this.focus($("ended-title"));
  }

  /* Polite and rare: the clock speaks at five minutes and at one, states when they change. What comes together is
     read out together. */
  say(text) {
    const node = $("announcer");
    if (!this.spoken.length) {
      node.textContent = "";
      setTimeout(() => (node.textContent = this.spoken.splice(0).join(" ")), 50);
    }
    this.spoken.push(text);
  }
}

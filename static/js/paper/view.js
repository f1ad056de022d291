/* Draws the state of the paper on the page's own form. Decides nothing, sends nothing. */

const $ = (id) => document.getElementById(id);

export class View {
  constructor(root, t) {
    this.t = t;
    this.form = $("paper");
    this.questions = Array.from(root.querySelectorAll(".question"));
    this.slots = this.questions.map((question) => question.dataset.slot);
    this.situations = Array.from(root.querySelectorAll(".situation"));
    this.cells = {};
    root.querySelectorAll("#cells [data-slot]").forEach((cell) => (this.cells[cell.dataset.slot] = cell));
    this.at = 0;
    this.locked = false;
    this.pane = "question"; // question | review | handing | ended
    this.marks = {}; // slot -> laid over after another device had the paper
  }

  /* --- reading the form --- */

  question(slot) {
    return this.questions[this.slots.indexOf(slot)];
  }

  inputs(slot) {
    return Array.from(this.question(slot).querySelectorAll(".option input"));
  }

  /* what the server rendered, and what is ticked now (the taker may have been quicker than this script) */
  rendered(slot) {
    return this.inputs(slot).filter((input) => input.defaultChecked).map((input) => Number(input.value));
  }

  chosen(slot) {
    return this.inputs(slot).filter((input) => input.checked).map((input) => Number(input.value));
  }

  /* --- drawing --- */

  enhance() {
    document.documentElement.classList.add("enhanced");
    document.querySelectorAll(".paper .no-js").forEach((node) => (node.hidden = true));
    this.questions.forEach((question) => (question.hidden = true));
    this.situations.forEach((situation) => {
      situation.querySelector("summary").addEventListener("click", () => (situation.dataset.kept = "yes"));
    });
  }

  cell(slot) {
    return this.cells[slot];
  }

  answers(state) {
    this.slots.forEach((slot) => {
      const given = state.answers[slot] || [];
      this.inputs(slot).forEach((input) => (input.checked = given.indexOf(Number(input.value)) >= 0));
    });
    this.progress(state);
  }

  progress(state) {
    const t = this.t;
    let done = 0;
    this.slots.forEach((slot, index) => {
      const answered = Boolean(state.answers[slot]);
      const flagged = Boolean(state.flags[slot]);
      if (answered) done += 1;
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
      question.querySelector("[data-act=flag]").setAttribute("aria-pressed", String(flagged));
      question.querySelector("[data-act=clear]").hidden = !answered;
      const mark = question.querySelector("[data-mark]");
      mark.hidden = !this.marks[slot];
      if (this.marks[slot]) {
        const sentence = t(state.dirty[slot] ? "mark-unsent" : "mark-sent");
        mark.lastElementChild.textContent = sentence;
        words.push(sentence.toLowerCase());
      }
      cell.querySelector("[data-state]").textContent = ", " + words.join(", ");
    });
    $("answered").textContent = t("answered", { done, total: this.slots.length });
  }

  saved(kind, values) {
    const node = $("saved");
    node.dataset.state = kind;
    const text = this.t(kind, values);
    if (node.lastElementChild.textContent !== text) node.lastElementChild.textContent = text;
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
    situation.hidden = !asking || slots.split(" ").indexOf(slot) < 0;
    if (!situation.hidden) {
      if (told && told !== slot && !kept && situation.offsetHeight > window.innerHeight / 2) situation.open = false;
      situation.dataset.told = slot;
    }
    if (situation.hidden || !situation.open)
      situation.querySelectorAll("audio, video").forEach((media) => media.pause());
  }

  show(pane) {
    this.pane = pane;
    const asking = pane === "question";
    this.questions.forEach((question, index) => (question.hidden = !asking || index !== this.at));
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
    const first = this.at === 0;
    const last = this.at === this.questions.length - 1;
    const steps = $("steps");
    steps.querySelector("[data-act=back]").setAttribute("aria-disabled", String(first));
    steps.querySelector("[data-next]").hidden = last;
    steps.querySelector("[data-last]").hidden = !last;
    if (focus) this.focus(this.questions[this.at].querySelector("legend"));
  }

  focus(node) {
    node.focus({ preventScroll: true });
    const top = document.querySelector(".paper-desk").getBoundingClientRect().top + window.pageYOffset;
    const bar = document.querySelector(".paper-top").offsetHeight;
    if (window.pageYOffset > top - bar) window.scrollTo(0, Math.max(0, top - bar - 8));
    else if (node.getBoundingClientRect().top < bar) node.scrollIntoView();
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
    return this.t("number", { n: this.slots.indexOf(slot) + 1 });
  }

  review(state) {
    const missing = this.slots.filter((slot) => !state.answers[slot]);
    const flagged = this.slots.filter((slot) => state.flags[slot]);
    const part = (name) => $("review").querySelector("[data-part=" + name + "]");
    $("review").querySelector("[data-summary]").textContent = $("answered").textContent;
    part("missing").hidden = !missing.length;
    part("flagged").hidden = !flagged.length;
    part("complete").hidden = missing.length > 0;
    this.chips(part("missing").querySelector("[data-list]"), missing);
    this.chips(part("flagged").querySelector("[data-list]"), flagged);
    this.show("review");
    this.progress(state);
    this.focus($("review-title"));
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

  /* Polite and rare: the clock speaks at five minutes and at one, states when they change. */
  say(text) {
    const node = $("announcer");
    node.textContent = "";
    setTimeout(() => (node.textContent = text), 50);
  }
}

/* The reviewer's working screen. Questions come in batches ahead of the reader, decisions go out behind
   them one after another: the next question never waits for the network. The server decides everything again. */

import { Api, Unreachable } from "../paper/api.js";
import { readTexts } from "../paper/texts.js";

const AHEAD = 20; // questions kept ready behind the one that is read
const RETRY_MS = 3000;
const JUST_MS = 5000;
const SWITCH = "review-keys";

const root = document.querySelector("[data-review]");
const find = (name) => root.querySelector("[data-" + name + "]");
const text = readTexts(find("texts"));
const api = new Api(root.dataset.session, root.dataset.token);
const form = find("act");
const field = form.elements.text;
const buttons = Array.from(form.querySelectorAll("button[name=decision]"));
const [yes, no] = buttons.map((button) => button.value);

const questions = []; // {question, code, sha256, causes, html | node, said, decision, state}
let at = 0;
let asked = null; // the decision whose words are being written
let loading = false;
let exhausted = false;
const outbox = [];
let sending = false;
let justTimer = 0;

/* ---------- Questions ---------- */

function cardOf(one) {
  if (!one.node) {
    const box = document.createElement("template");
    box.innerHTML = one.html;
    one.node = box.content.querySelector("[data-card]");
    one.html = "";
  }
  return one.node;
}

async function load() {
  if (loading || exhausted) return;
  loading = true;
  const last = questions[questions.length - 1];
  let reply = null;
  try {
    reply = await api.send("POST", root.dataset.next, { after: last.code });
    if (reply.status === 200) {
      reply.body.questions.forEach((one) => questions.push({ ...one, said: "", decision: "" }));
      exhausted = !reply.body.questions.length;
      loading = false;
      if (!outbox.length) away("");
      if (waitingForCard()) show();
      if (questions.length - at < AHEAD) load();
      return;
    }
  } catch (failure) {
    if (!(failure instanceof Unreachable)) throw failure;
  }
  if (!outbox.length) away(reply && reply.status === 401 ? "signed-out" : "no-next");
  setTimeout(() => {
    loading = false;
    load();
  }, RETRY_MS);
}

function waitingForCard() {
  return at >= questions.length || !find("place").firstElementChild;
}

function show() {
  const one = questions[at];
  find("place").replaceChildren(...(one ? [cardOf(one)] : []));
  find("fetching").hidden = Boolean(one) || exhausted;
  form.hidden = !one && !justTimer;
  find("buttons").hidden = !one;
  find("end").hidden = Boolean(one) || !exhausted;
  stopAsking();
  if (one) {
    field.value = one.said;
    form.elements.question.value = one.question;
    form.elements.sha256.value = one.sha256;
    form.elements.causes.value = one.causes;
    form.elements.after.value = one.code;
    const settled = find("settled");
    settled.hidden = !one.decision;
    settled.textContent = one.decision ? text("settled-" + one.decision) : "";
    buttons.slice(0, 2).forEach((button) => (button.disabled = Boolean(one.decision)));
    find("back").disabled = at === 0;
    window.scrollTo(0, 0);
    one.node.focus({ preventScroll: true });
  } else if (exhausted) {
    find("end").focus();
  }
  count();
  if (questions.length - at < AHEAD) load();
}

function count() {
  const number = (decision) => questions.filter((one) => one.decision === decision).length;
  const total = Math.max(Number(root.dataset.total), questions.length);
  const parts = [
    text("progress", { at: Math.min(at + 1, total), total }),
    text("yes", { n: number(yes) }),
    text("no", { n: number(no) }),
  ];
  if (outbox.length) parts.push(text("sending", { n: outbox.length }));
  find("progress").textContent = parts.join(" · ");
  root.dataset.saved = questions.filter((one) => one.state === "saved").length;
  const skipped = questions.filter((one) => !one.decision).length;
  find("end-counts").textContent = skipped ? text("skipped", { n: skipped }) : text("all-done");
  find("again").hidden = !skipped;
  find("end-saving").hidden = !outbox.length;
}

function move(step) {
  if (at + step < 0 || at >= questions.length + (step < 0 ? 1 : 0)) return;
  at += step;
  show();
}

/* ---------- Words for a decision ---------- */

function wantsWords(decision) {
  return Boolean(text("ask-" + decision));
}

function ask(decision) {
  asked = decision;
  find("say").hidden = false;
  find("say-label").textContent = text("ask-" + decision);
  find("send").textContent = text("word-" + decision);
  find("buttons").hidden = true;
  complain("");
  field.focus();
}

function stopAsking() {
  asked = null;
  find("say").hidden = true;
  find("buttons").hidden = at >= questions.length;
  complain("");
}

function complain(sentence) {
  const error = find("say-error");
  error.hidden = !sentence;
  error.querySelector("span").textContent = sentence;
  if (sentence) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

/* ---------- Decisions ---------- */

function choose(decision) {
  const one = questions[at];
  if (decision === "skip") return move(1);
  if (!one || one.decision) return;
  if (wantsWords(decision)) return ask(decision);
  decide(one, decision, "");
}

function sendWords() {
  const one = questions[at];
  if (!asked || !one || one.decision) return;
  if (!field.value.trim()) {
    complain(text("say"));
    field.focus();
    return;
  }
  one.said = field.value;
  decide(one, asked, field.value);
}

function decide(one, decision, said) {
  one.decision = decision;
  one.state = "waiting";
  outbox.push({ one, decision, said });
  just(one, decision);
  at += 1;
  show();
  send();
}

async function send() {
  if (sending || !outbox.length) return;
  sending = true;
  const { one, decision, said } = outbox[0];
  let reply = null;
  try {
    const body = { question: one.question, sha256: one.sha256, causes: one.causes, text: said, decision };
    reply = await api.send("POST", root.dataset.decide, body);
  } catch (failure) {
    if (!(failure instanceof Unreachable)) throw failure;
  }
  sending = false;
  if (!reply || reply.status === 401 || reply.status >= 500 || reply.status === 429) {
    away(reply && reply.status === 401 ? "signed-out" : "away");
    setTimeout(send, (reply && reply.wait) || RETRY_MS);
    return;
  }
  outbox.shift();
  if (!outbox.length) away("");
  if (reply.status === 200) {
    one.state = "saved";
  } else {
    one.state = "refused";
    one.decision = "";
    refused(one, reply.body.detail || text("unknown"));
  }
  count();
  send();
}

function just(one, decision) {
  const line = find("last");
  line.replaceChildren(text("just-" + decision) + " ", link(one.question, one.code));
  clearTimeout(justTimer);
  justTimer = setTimeout(() => {
    justTimer = 0;
    line.replaceChildren();
    form.hidden = at >= questions.length;
  }, JUST_MS);
}

function link(question, words) {
  const made = document.createElement("a");
  made.className = "text-link";
  made.href = root.dataset.open.replace("0".repeat(16), question);
  made.target = "_blank";
  made.rel = "noopener";
  made.textContent = words;
  return made;
}

/* ---------- Bands: what did not go well, quietly, until it is put away ---------- */

function band(name, ...parts) {
  const box = document.createElement("div");
  box.className = "notice notice-warn review-band";
  box.dataset.band = name;
  const words = document.createElement("p");
  words.className = "notice-body";
  words.append(...parts);
  box.append(words);
  find("bands").append(box);
  return box;
}

function refused(one, detail) {
  const box = band("refused", text("refused", { code: one.code, detail }) + " ", link(one.question, text("open")));
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-secondary";
  close.textContent = text("close");
  close.addEventListener("click", () => box.remove());
  box.append(close);
}

function away(name) {
  const old = root.querySelector('[data-band="away"]');
  if (old) old.remove();
  if (!name) return;
  const box = band("away", text(name, { n: outbox.length }) + " ");
  if (name === "signed-out") {
    const made = link("", text("sign-in"));
    made.href = "/sign-in";
    box.firstChild.append(made);
  }
}

/* ---------- Keys ---------- */

const acts = {
  j: () => move(1),
  b: () => move(1),
  ArrowRight: () => move(1),
  k: () => move(-1),
  ArrowLeft: () => move(-1),
  "?": () => (find("key-table").hidden = !find("key-table").hidden),
};
buttons.slice(0, 2).forEach((button) => {
  acts[button.querySelector("kbd").textContent.toLowerCase()] = () => choose(button.value);
});
acts["đ"] = acts.d; // what a Vietnamese input method makes of a second D
const repeats = ["j", "k", "ArrowRight", "ArrowLeft"];

function remembered() {
  try {
    return window.localStorage.getItem(SWITCH) !== "off";
  } catch (blocked) {
    return true;
  }
}

function writing(target) {
  return /^(TEXTAREA|SELECT|AUDIO|VIDEO)$/.test(target.tagName) || target.isContentEditable ||
    (target.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(target.type));
}

function listen() {
  const box = find("switch");
  const shown = () => {
    find("key-line").hidden = !box.checked;
    root.querySelectorAll("[data-buttons] kbd").forEach((key) => (key.hidden = !box.checked));
  };
  box.checked = remembered();
  box.addEventListener("change", () => {
    shown();
    try {
      window.localStorage.setItem(SWITCH, box.checked ? "on" : "off");
    } catch (blocked) {
      /* holds for this page */
    }
  });
  shown();
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.target === field) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        sendWords();
      } else if (event.key === "Escape") {
        cancel();
      }
      return;
    }
    if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || writing(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!acts[key] || (event.repeat && repeats.indexOf(key) < 0)) return;
    event.preventDefault();
    acts[key]();
  });
}

function cancel() {
  const one = questions[at];
  if (one) one.said = field.value;
  stopAsking();
  if (one) one.node.focus({ preventScroll: true });
}

/* ---------- Start: the first question is already on the page ---------- */

const first = root.querySelector("[data-card]");
questions.push({
  question: first.dataset.question,
  code: first.dataset.code,
  sha256: first.dataset.sha256,
  causes: first.dataset.causes,
  node: first,
  said: field.value,
  decision: "",
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter && event.submitter.name === "decision") choose(event.submitter.value);
});
find("send").addEventListener("click", sendWords);
find("cancel").addEventListener("click", cancel);
find("back").addEventListener("click", () => move(-1));
find("back").hidden = false;
find("say-send").hidden = false;
find("keys").hidden = false;
window.addEventListener("beforeunload", (event) => {
  if (outbox.length) event.preventDefault();
});
root.classList.add("is-live");
listen();
show();

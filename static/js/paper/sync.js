/* When to send what, and what each answer of the server means.

   Modes: open (answering) · yielded (another device or window holds the paper; read only) · resuming (asking for it back)
   · submitting (confirmed, repeated until the server answers) · evidence (too late; the sheet is handed in once more,
   to be kept unscored) · over (receipt, or time is up).
   One request is in flight at a time; the only exception is a page that is being left with newer answers. */

import { Unreachable } from "./api.js";
import { mapOf, sheet } from "./journal.js";

const QUIET_MS = 1200; // after the last change
const LONGEST_MS = 5000; // but never later than this after the first
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15000;
const LONGEST_WAIT_MS = 60000;

export class Sync {
  constructor(options) {
    // api, journal, urls, attempt, number, owned; on: {change, time, yielded, resumed, finished, late, signIn, elsewhere}
    Object.assign(this, options);
    this.mode = "open";
    this.busy = null; // the act in flight
    this.held = false; // waiting for a sign-in
    this.trouble = null; // offline | busy | refused
    this.probing = false;
    this.savedAt = null;
    this.lastReply = performance.now();
    this.fails = 0;
    this.notBefore = 0; // the server's next_save_ms
    this.retryAt = 0;
    this.firstChange = 0;
    this.lastChange = 0;
    this.flight = null; // {seq, answers, text}: the last save sent and not acknowledged
    this.acked = null; // the last one acknowledged
    this.sending = null; // the one whose reply is awaited
    this.hurried = false;
    this.timer = 0;
  }

  /* --- what the page asks for --- */

  changed() {
    const now = performance.now();
    if (!this.firstChange) this.firstChange = now;
    this.lastChange = now;
    this.plan();
  }

  /* Ask the server for the time left (and whether the paper is still ours) by repeating the last save. */
  probe() {
    if (this.mode !== "open" || !this.owned) return;
    this.probing = true;
    this.plan();
  }

  submit() {
    if (this.mode !== "open") return;
    this.journal.set({ submit: true });
    this.mode = "submitting";
    this.hasten();
  }

  resume() {
    this.journal.takeBack();
    this.journal.set({ yielded: false });
    this.mode = "resuming";
    this.retryAt = 0;
    this.plan();
  }

  yieldTo(who) {
    if (this.mode === "over") return;
    const handing = this.mode === "submitting";
    this.mode = "yielded";
    this.owned = false;
    this.flight = null;
    this.trouble = null;
    if (who === "device") this.journal.set({ yielded: true, submit: false });
    this.on.yielded(who, handing);
    this.plan();
  }

  online() {
    if (this.trouble !== "offline") return;
    if (!this.next()) {
      this.trouble = null;
      this.probe();
    }
    this.hasten();
  }

  /* Do not wait for a request that hangs on a network that may be gone, nor for the next retry. */
  hasten() {
    this.retryAt = 0;
    if (this.busy) {
      this.hurried = true;
      this.api.cancel();
    }
    this.plan();
  }

  offline() {
    this.trouble = this.trouble || "offline";
    this.plan();
  }

  /* Everything waits until the taker has signed in again, here or in another window. */
  hold(other) {
    this.held = true;
    this.on.signIn(other);
  }

  /* Send what is unsent now: somebody is about to sign out. */
  flush() {
    if (!this.journal.pending() || this.mode !== "open") return;
    this.notBefore = 0;
    this.lastChange = this.firstChange = -Infinity;
    if (this.trouble) this.hasten();
    else this.plan();
  }

  stop() {
    clearTimeout(this.timer);
    this.mode = "over";
  }

  /* The receipt is there, whoever handed in. */
  finished() {
    this.mode = "over";
    this.on.finished(false);
  }

  signedIn() {
    this.held = false;
    this.fails = 0;
    this.retryAt = 0;
    this.plan();
  }

  /* The page is being hidden or left: what is not saved goes now. */
  leave() {
    if (this.held || !this.owned || (this.trouble === "busy" && performance.now() < this.retryAt)) return;
    const wanted = (this.mode === "open" && this.journal.pending()) || this.mode === "submitting";
    if (wanted && !this.busy) this.step();
    if (this.mode !== "open" || this.busy !== "save" || !this.flight || this.flight.text === JSON.stringify(this.journal.map())) return;
    const flight = this.prepare();
    this.api
      .send("PUT", this.urls.save, this.body(flight))
      .then((reply) => reply.status === 200 && this.acknowledge(reply, flight))
      .catch(() => {});
  }

  /* --- when --- */

  next() {
    if (this.mode === "resuming") return "claim";
    if (this.mode === "submitting") return this.owned ? "submit" : "claim";
    if (this.mode === "evidence") return "submit";
    if (this.mode !== "open") return null;
    if (!this.owned) return this.journal.pending() ? "claim" : null;
    return this.journal.pending() || this.probing ? "save" : null;
  }

  plan() {
    clearTimeout(this.timer);
    this.on.change();
    const act = this.next();
    if (this.busy || this.held || !act) return;
    let at = this.retryAt;
    if (act === "save") {
      const due = this.probing ? 0 : Math.min(this.lastChange + QUIET_MS, this.firstChange + LONGEST_MS);
      at = Math.max(at, due, this.notBefore);
    }
    this.timer = setTimeout(() => this.step(), Math.max(0, at - performance.now()));
  }

  async step() {
    clearTimeout(this.timer);
    const act = this.next();
    if (this.busy || this.held || !act) return;
    this.busy = act;
    this.on.change();
    let reply = null;
    try {
      reply = await this[act + "Request"]();
    } catch (failure) {
      if (!(failure instanceof Unreachable)) throw failure;
    } finally {
      this.busy = null;
    }
    if (this.mode !== "over") this.settle(act, reply);
    this.plan();
  }

  later(atLeast) {
    const backoff = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * Math.pow(2, this.fails));
    this.fails = Math.min(this.fails + 1, 10);
    const jittered = backoff * (0.5 + Math.random() / 2);
    this.retryAt = performance.now() + Math.max(jittered, Math.min(atLeast * (1 + Math.random() / 10), LONGEST_WAIT_MS));
  }

  /* --- what --- */

  /* The same map goes out again under the same number; a new map gets a new one, noted before it is sent. */
  prepare() {
    const answers = this.journal.map();
    const text = JSON.stringify(answers);
    const highest = this.journal.state.seq;
    const repeats = (sent) => sent && sent.text === text && sent.seq === highest;
    if (repeats(this.flight)) return this.flight;
    this.flight = repeats(this.acked) ? this.acked : { seq: highest + 1, answers, text };
    this.journal.set({ seq: this.flight.seq });
    return this.flight;
  }

  body(flight) {
    return { epoch: this.journal.state.epoch, seq: flight.seq, ...sheet(flight.answers) };
  }

  saveRequest() {
    this.sending = this.prepare();
    return this.api.send("PUT", this.urls.save, this.body(this.sending));
  }

  submitRequest() {
    const body = { epoch: this.journal.state.epoch, ...sheet(this.journal.map()) };
    return this.api.send("POST", this.urls.submit, body);
  }

  /* Only this raises the epoch: from here on the attempt is this device's. */
  claimRequest() {
    return this.api.send("POST", this.urls.start, { number: this.number });
  }

  /* --- what the answer means --- */

  settle(act, reply) {
    if (this.mode === "yielded") return; // another window spoke up while this was under way
    if (!reply) {
      if (this.hurried) {
        this.hurried = false;
        return;
      }
      this.trouble = "offline";
      this.later(0);
      return;
    }
    this.hurried = false;
    this.lastReply = performance.now();
    const status = reply.status;
    if (status === 429 || status >= 500) {
      this.trouble = "busy";
      this.later(reply.wait);
      return;
    }
    this.trouble = null;
    this.retryAt = 0;
    if (status < 300) {
      this.fails = 0;
      this[act + "Done"](reply);
    } else if (status === 401 || status === 404) {
      this.hold(status === 404);
    } else if (status === 409) {
      this.conflict(reply.body);
    } else if (status === 410) {
      this.late(act, reply.body);
    } else {
      this.trouble = "refused";
      this.refusal = status;
      this.later(LAST_RETRY_MS);
    }
  }

  acknowledge(reply, flight) {
    const body = reply.body;
    this.journal.acknowledged(flight.answers);
    this.acked = flight;
    if (this.flight === flight) this.flight = null;
    this.savedAt = body.server_time;
    this.notBefore = performance.now() + Math.min(Math.max(body.next_save_ms || 0, 0), LONGEST_WAIT_MS);
    this.on.time(body, reply);
    this.on.change();
  }

  saveDone(reply) {
    this.probing = false;
    this.firstChange = this.journal.pending() ? this.lastChange : 0;
    this.acknowledge(reply, this.sending);
  }

  claimDone(reply) {
    const body = reply.body;
    if (body.attempt !== this.attempt) {
      this.on.elsewhere();
      return;
    }
    const overlaid = this.journal.adopt(mapOf(body), body.epoch, body.seq);
    this.owned = true;
    this.flight = null;
    this.acked = null;
    this.firstChange = 0;
    if (this.mode === "resuming") this.mode = "open";
    this.on.time(body, reply);
    this.on.resumed(overlaid);
  }

  submitDone(reply) {
    this.mode = "over";
    this.on.finished(true);
  }

  conflict(body) {
    if (body.receipt) {
      this.finished();
    } else if (body.code === "stale-seq" && body.seq > this.sending.seq && body.seq <= this.journal.state.seq) {
      this.flight = null; // overtaken by our own later save: send again under a new number
    } else if (body.code === "taken-over" && this.mode === "evidence") {
      this.end(false);
    } else if (body.code === "stale-seq" || body.code === "taken-over") {
      this.yieldTo("device");
    } else if (body.code === "finishing") {
      this.end(false);
    } else {
      this.trouble = "refused";
      this.refusal = 409;
      this.later(LAST_RETRY_MS);
    }
  }

  late(act, body) {
    if (act === "submit") this.end(Boolean(body.evidence) && this.journal.pending() > 0);
    else if (this.journal.pending()) {
      this.mode = "evidence";
      this.on.late(false);
    } else this.end(false);
  }

  end(evidence) {
    this.mode = "over";
    this.on.late(evidence);
  }
}

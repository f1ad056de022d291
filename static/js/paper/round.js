/* What the committee does while somebody sits: pauses, moves the end, says something. The round's public clock is asked,
   which caches may answer; only when it tells of a change, the attempt itself. */

import { timeOfDay } from "./texts.js";

const ASK_MS = 20000;
const SAME_MS = 1000; // two roundings of one deadline

export class Round {
  /* parts: api, bands, clock, journal, sync, t, view, urls {clock, state}; known: {moves, closesAt, deadline} as rendered */
  constructor(parts, known) {
    Object.assign(this, parts);
    /* What was rendered, unless the page does not know how often the round was moved: then the first look asks. */
    this.mark = this.urls.state && known.moves === undefined ? null : (known.moves || 0) + " " + Date.parse(known.closesAt);
    this.deadline = Date.parse(known.deadline);
    this.unread = [];
    this.stood = false; // in a pause of which the end is to be told
  }

  /* rendered: notices that the page came with; from here on they are told in the band, once. */
  start(rendered) {
    rendered.forEach((node) => (node.hidden = true));
    this.tell(rendered.map((node) => ({ id: node.dataset.notice, text: node.textContent.trim() })));
    if (this.urls.state && this.mark === null) this.ask();
    this.later();
  }

  later() {
    setTimeout(() => this.look(), ASK_MS * (0.8 + Math.random() * 0.4));
  }

  /* A phone in the pocket asks nothing; when it is taken out again the page asks at once. */
  async look() {
    this.later();
    if (!document.hidden) await this.ask();
  }

  async ask() {
    if (this.sync.trouble || this.sync.held || ["open", "yielded"].indexOf(this.sync.mode) < 0) return;
    try {
      const reply = await this.api.raw("GET", this.urls.clock);
      if (reply.status !== 200 || !reply.body.closes_at) return;
      const closesAt = Date.parse(reply.body.closes_at);
      const mark = (reply.body.moves || 0) + " " + closesAt;
      if (mark !== this.mark && !(await this.told())) return;
      this.mark = mark;
    } catch (unreachable) {
      /* asked again soon */
    }
  }

  told() {
    if (this.urls.state) return this.follow();
    this.sync.probe(); // its reply carries the time left
    return true;
  }

  /* -> whether the server has told */
  async follow() {
    let reply = null;
    try {
      reply = await this.api.send("GET", this.urls.state);
    } catch (unreachable) {
      return false;
    }
    if (reply.status === 401 || reply.status === 404) this.sync.hold(reply.status === 404);
    if (reply.status !== 200) return false;
    const body = reply.body;
    if (body.state !== "in_progress") {
      this.sync.finished();
      return true;
    }
    this.time(body, reply);
    this.moved(Date.parse(body.deadline));
    this.tell(body.notices || []);
    return true;
  }

  /* Time left, from whatever reply carries it. A paper that is claimed back tells its deadline only: not enough in a pause. */
  time(body, reply) {
    if (body.remaining_ms === undefined && this.clock.held !== null) {
      this.follow();
      return;
    }
    const left = body.remaining_ms === undefined ? Date.parse(body.deadline) - Date.parse(body.server_time) : body.remaining_ms;
    if (body.paused) this.clock.hold(left);
    else this.clock.sample(left, reply.sent, reply.got);
    if (body.paused) this.stood = true;
    this.bands.put("paused", Boolean(body.paused));
    this.view.held(Boolean(body.paused));
  }

  moved(deadline) {
    if (!deadline) return;
    const by = deadline - this.deadline;
    this.deadline = deadline;
    if (Math.abs(by) <= SAME_MS) return;
    const band = this.bands.get("moved");
    const resumed = this.stood && !this.bands.shown("paused");
    if (resumed) this.stood = false;
    const text = this.t(resumed ? "resumed" : by > 0 ? "extended" : "shortened", { time: timeOfDay(new Date(deadline).toISOString()) });
    band.querySelector("p").textContent = text;
    this.bands.put("moved", false);
    this.bands.put("moved", true);
  }

  tell(notices) {
    const seen = this.journal.state.seen;
    const shown = this.unread.length;
    this.unread = notices.filter((notice) => !seen[notice.id]);
    const band = this.bands.get("notice");
    const body = band.querySelector("[data-texts]");
    body.textContent = "";
    this.unread.forEach((notice) => {
      const line = document.createElement("p");
      line.textContent = notice.text;
      body.appendChild(line);
    });
    if (this.unread.length > shown) this.bands.put("notice", false);
    this.bands.put("notice", this.unread.length > 0);
  }

  read() {
    const seen = { ...this.journal.state.seen };
    this.unread.forEach((notice) => (seen[notice.id] = true));
    this.unread = [];
    this.journal.set({ seen });
  }
}

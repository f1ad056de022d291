/* Time left by the server's clock.

   Every reply brackets the deadline on our monotonic clock: it lies between (sent + remaining) and (got + remaining).
   Brackets are intersected, so the shown time settles instead of jumping with each slow reply; an empty
   intersection means that the server moved the deadline, and the new bracket wins. The device's wall clock is
   never read as time: only its *disagreement* with the monotonic clock is, as a hint that the device slept
   (the monotonic clock of many phones stands still then) and that the server should be asked again. */

const SLEPT_MS = 3000;

export class Clock {
  constructor(handlers) {
    this.handlers = handlers; // tick(ms), zero(), slept()
    this.low = -Infinity;
    this.high = Infinity;
    this.held = null; // milliseconds left while the round is paused
    this.ended = false;
    this.timer = 0;
    this.drift = Date.now() - performance.now();
  }

  /* The committee has paused the round: what is left stands still until the next sample. */
  hold(remaining) {
    this.held = remaining;
    this.low = -Infinity;
    this.high = Infinity;
    if (remaining > 0) this.ended = false;
    this.tick();
  }

  sample(remaining, sent, got) {
    if (!isFinite(remaining)) return;
    this.held = null;
    const low = sent + remaining;
    const high = got + remaining;
    const moved = low > this.high || high < this.low;
    this.low = moved ? low : Math.max(low, this.low);
    this.high = moved ? high : Math.min(high, this.high);
    if (this.remaining() > 0) this.ended = false;
    this.tick();
  }

  remaining() {
    return this.held === null ? (this.low + this.high) / 2 - performance.now() : this.held;
  }

  tick() {
    clearTimeout(this.timer);
    const drift = Date.now() - performance.now();
    if (Math.abs(drift - this.drift) > SLEPT_MS) this.handlers.slept();
    this.drift = drift;
    const left = this.remaining();
    this.handlers.tick(left);
    if (this.held !== null) {
      this.timer = setTimeout(() => this.tick(), 1000);
      return;
    }
    if (left <= 0) {
      if (this.ended) return;
      this.ended = true;
      this.handlers.zero();
      return;
    }
    const toNextSecond = left % 1000 || 1000;
    this.timer = setTimeout(() => this.tick(), Math.min(1000, toNextSecond + 5));
  }

  stop() {
    clearTimeout(this.timer);
    this.ended = true;
  }
}

/* The answers, and which of them the server has not acknowledged; written through to this device at once.

   Stored under "paper:<attempt>":
     epoch   which holder of the attempt this device is (a higher one elsewhere fences it)
     seq     the highest number this device has put on a save in that epoch, acknowledged or not
     answers {slot: [choice id] | null}   dirty {slot: true} not acknowledged   flags {slot: true}
             (the prediction question is the slot "prediction", its number the only member of its list)
     others  {slot: [choice id] | null} what another device had saved where this device's unsent answer lies over it
     taken   {slot: true} the taker took that one; "others" then keeps this device's own
     at      the question on screen   submit: the taker has confirmed   yielded: told that another device took over
     seen    {id: true} notices of the committee that were read
     tab     which window wrote last; the others stand back */

export const PREDICTION = "prediction";

const norm = (value) => (value && value.length ? value.slice().sort((a, b) => a - b) : null);
export const same = (a, b) => JSON.stringify(norm(a)) === JSON.stringify(norm(b));

/* A map as it travels (DESIGN §6): the number stands beside the answers. */
export function sheet(map) {
  const { [PREDICTION]: number, ...answers } = map;
  return number === undefined ? { answers } : { answers, prediction: number ? number[0] : null };
}

/* and back: a reply of the server as a map */
export function mapOf(body) {
  const number = body.prediction_value;
  return { ...body.answers, [PREDICTION]: number === null || number === undefined ? null : [number] };
}

function browserStorage() {
  try {
    const store = window.localStorage;
    store.setItem("paper-probe", "1");
    store.removeItem("paper-probe");
    return store;
  } catch (refused) {
    return null;
  }
}

export class Journal {
  constructor(attempt, slots, onLost) {
    this.key = "paper:" + attempt;
    this.slots = slots;
    this.store = browserStorage();
    this.onLost = onLost; // storage stopped taking writes
    this.tab = Math.random().toString(36).slice(2);
    this.paused = false; // another window writes now
    this.state = {
      epoch: 0, seq: 0, answers: {}, dirty: {}, flags: {}, others: {}, taken: {}, seen: {}, at: null, submit: false,
      yielded: false,
    };
  }

  get kept() {
    return this.store !== null;
  }

  stored() {
    try {
      const found = JSON.parse(this.store.getItem(this.key));
      return found && typeof found === "object" && found.answers && found.dirty ? found : null;
    } catch (unreadable) {
      return null;
    }
  }

  write() {
    if (!this.store || this.paused) return;
    try {
      this.store.setItem(this.key, JSON.stringify({ ...this.state, tab: this.tab }));
    } catch (full) {
      this.store = null;
      this.onLost();
    }
  }

  /* The server's page is the base; unsent changes of this device lie over it.
     owned: this browser may save under the page's epoch without asking for a new one. */
  open(page) {
    const found = this.stored();
    const ours = found !== null && found.epoch === page.epoch;
    const changed = this.adopt(page.answers, page.epoch, page.seq, found || undefined);
    /* A save of ours may still be on its way and land after this page was rendered: do not take equality for an answer. */
    if (ours && found.seq > page.seq) this.state.dirty = { ...found.dirty };
    if (ours) this.set({ others: found.others || {}, taken: found.taken || {} });
    if (found) {
      this.state.flags = found.flags || {};
      this.state.seen = found.seen || {};
      this.state.at = found.at || null;
      this.state.submit = ours && Boolean(found.submit);
      if (ours) this.state.seq = Math.max(page.seq, found.seq || 0);
    }
    /* Two epochs on with nothing saved yet: the taker has just pressed "continue" here, after that other device. */
    const restarted = found !== null && page.seq === 0 && page.epoch > found.epoch + 1;
    const yielded = found !== null && Boolean(found.yielded) && !restarted;
    const owned = !yielded && (ours || (page.seq === 0 && !this.pending()));
    this.state.yielded = yielded;
    this.write();
    return { owned, yielded, overlaid: ours ? Object.keys(this.state.others) : changed };
  }

  /* Take the server's map, keep own unsent slots over it; returns the slots where ours differs. */
  adopt(answers, epoch, seq, source) {
    const from = source || this.state;
    const next = {};
    const dirty = {};
    const others = {};
    this.slots.forEach((slot) => {
      next[slot] = norm(answers[slot]);
      if (!from.dirty[slot] || same(from.answers[slot], next[slot])) return;
      others[slot] = next[slot];
      next[slot] = norm(from.answers[slot]);
      dirty[slot] = true;
    });
    Object.assign(this.state, { answers: next, dirty, others, taken: {}, epoch, seq });
    this.write();
    return Object.keys(dirty);
  }

  choose(slot, value) {
    this.state.answers[slot] = norm(value);
    this.state.dirty[slot] = true;
    this.write();
  }

  /* Take what the other device had instead; a second time takes this device's own back. */
  swap(slot) {
    const own = this.state.answers[slot];
    this.choose(slot, this.state.others[slot]);
    this.set({
      others: { ...this.state.others, [slot]: own },
      taken: { ...this.state.taken, [slot]: !this.state.taken[slot] },
    });
  }

  flag(slot) {
    if (this.state.flags[slot]) delete this.state.flags[slot];
    else this.state.flags[slot] = true;
    this.write();
  }

  set(changes) {
    Object.assign(this.state, changes);
    this.write();
  }

  acknowledged(answers) {
    Object.keys(this.state.dirty).forEach((slot) => {
      if (same(answers[slot], this.state.answers[slot])) delete this.state.dirty[slot];
    });
    this.write();
  }

  /* The whole map, every slot named. */
  map() {
    const answers = {};
    this.slots.forEach((slot) => {
      answers[slot] = norm(this.state.answers[slot]);
    });
    return answers;
  }

  pending() {
    return Object.keys(this.state.dirty).length;
  }

  answered() {
    return this.slots.filter((slot) => slot !== PREDICTION && this.state.answers[slot]).length;
  }

  /* Another window of this browser took the paper over and has written since: its record is the newer one. */
  takeBack() {
    this.paused = false;
    const found = this.stored();
    if (found) ["answers", "dirty", "flags", "others", "taken", "seen"].forEach((part) => (this.state[part] = found[part] || {}));
  }

  watch(onOther, onCleared, onLeft) {
    window.addEventListener("storage", (event) => {
      if (event.key === null) {
        this.paused = true; // signed out in another window: nothing of this person may be written again
        onLeft();
        return;
      }
      if (event.key !== this.key) return;
      if (event.newValue === null) {
        onCleared();
        return;
      }
      const found = this.stored();
      if (found && found.tab !== this.tab) {
        this.paused = true;
        onOther();
      }
    });
  }

  clear() {
    this.paused = true;
    try {
      this.store.removeItem(this.key);
    } catch (unavailable) {
      /* nothing was kept */
    }
  }
}

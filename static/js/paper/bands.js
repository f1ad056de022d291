/* The quiet bands under the bar, and signing in again in place. At most one trouble is told at a time.
   They stand in the page's flow; once they are scrolled away, a line in the bar says what they are about and leads back to them. */

const MARGIN = 64; // what of a band is left so close under the bar tells nothing any more

export class Bands {
  constructor(root, say) {
    this.say = say;
    this.all = {};
    root.querySelectorAll("[data-band]").forEach((band) => (this.all[band.dataset.band] = band));
    this.place = document.getElementById("bands");
    this.more = document.getElementById("bands-more");
    this.above = -Infinity;
    if (!("IntersectionObserver" in window)) return;
    this.above = document.querySelector(".paper-bar").offsetHeight + MARGIN;
    new IntersectionObserver(() => this.lead(), { rootMargin: -this.above + "px 0px 0px 0px" }).observe(this.place);
  }

  lead() {
    const shown = Object.keys(this.all).filter((name) => this.shown(name)).map((name) => this.all[name]);
    this.more.hidden = this.place.getBoundingClientRect().bottom > this.above || !shown.length;
    if (this.more.hidden) return;
    const gravest = ["is-bad", "is-warn", "is-info"]
      .map((kind) => shown.find((band) => band.classList.contains(kind)))
      .find(Boolean);
    const line = this.more.querySelector("[data-lead]");
    line.textContent = gravest.dataset.lead || line.dataset.lead;
    this.more.classList.toggle("is-info", gravest.classList.contains("is-info"));
    const act = gravest.querySelector("[data-act=resume]");
    const button = this.more.querySelector("[data-act=resume]");
    button.hidden = !act;
    button.textContent = act ? act.textContent : "";
  }

  /* Up to the bands, for the eye and for the keyboard. */
  reveal() {
    window.scrollTo(0, 0);
    this.place.focus({ preventScroll: true });
  }

  get(name) {
    return this.all[name];
  }

  shown(name) {
    return !this.all[name].hidden;
  }

  /* Show or hide; a band that comes is read out once. */
  put(name, wanted, values) {
    const band = this.all[name];
    if (!band) return;
    if (values) {
      const line = band.querySelector("p");
      line.textContent = line.textContent.replace(/\{status\}|\b\d{3}\b/, values.status);
    }
    if (band.hidden === !wanted) return;
    band.hidden = !wanted;
    this.lead();
    if (!wanted) return;
    const lines = Array.from(band.querySelectorAll("p:not([hidden])")).map((line) => line.textContent.trim());
    this.say(lines.map((line) => line.replace(/[^.:?]$/, "$&.")).join(" "));
  }

  /* One of several, or none. */
  only(names, chosen, values) {
    names.forEach((name) => this.put(name, name === chosen, name === chosen ? values : undefined));
  }
}

export function signInPlace(band, api, t, onIn) {
  const form = band.querySelector("form");
  const error = document.getElementById("sign-in-error");
  const fields = form.elements;
  const step = (name) => {
    form.querySelectorAll("[data-step]").forEach((part) => {
      const wanted = part.dataset.step === name;
      part.hidden = !wanted;
      part.querySelector("input").disabled = !wanted;
    });
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const coded = !fields.code.disabled;
    button.disabled = true;
    error.hidden = true;
    let outcome = "offline";
    try {
      outcome = await api.signIn(fields.login.value, fields.password.value, coded ? fields.code.value : null);
    } catch (unreachable) {
      /* said below */
    }
    button.disabled = false;
    if (outcome === "code") {
      step("code");
      fields.code.focus();
    } else if (outcome === "in") {
      fields.password.value = "";
      fields.code.value = "";
      step("password");
      onIn();
    } else {
      error.lastElementChild.textContent = t("sign-in-" + outcome);
      error.hidden = false;
      (coded ? fields.code : fields.password).focus();
    }
  });
}

/* Keyboard: left/right or p/n move, 1-9 or A-J choose, m flags. Single-letter keys can be switched off
   (WCAG 2.1.4), are dead in text fields and while an input method composes. Up/down stay the radio group's own. */

const SWITCH = "paper-keys";

function remembered() {
  try {
    return window.localStorage.getItem(SWITCH) !== "off";
  } catch (refused) {
    return true;
  }
}

function writing(target) {
  const tag = target.tagName;
  return tag === "TEXTAREA" || tag === "SELECT" || target.isContentEditable ||
    (tag === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(target.type));
}

export function listenKeys(box, acts) {
  box.checked = remembered();
  box.addEventListener("change", () => {
    try {
      window.localStorage.setItem(SWITCH, box.checked ? "on" : "off");
    } catch (refused) {
      /* holds for this page */
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      acts.escape();
      return;
    }
    if (!box.checked || event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.altKey || event.metaKey || writing(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    let done = true;
    if (key === "ArrowRight" || key === "n") acts.move(1);
    else if (key === "ArrowLeft" || key === "p") acts.move(-1);
    else if (event.repeat) done = false;
    else if (key === "m") acts.flag();
    else if (/^[1-9]$/.test(key)) acts.choose(Number(key) - 1);
    else if (/^[a-j]$/.test(key)) acts.choose(key.charCodeAt(0) - 97);
    else done = false;
    if (done) event.preventDefault();
  });
}

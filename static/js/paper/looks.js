/* How the page is shown: one question at a time or all, and the size of the text. Remembered in cookies, because the
   server draws the plain form with them too, and because some browsers inside chat apps keep nothing else. */

const YEAR = 31536000;
const SIZES = 5; // html[data-text] in paper.css: 0 is smaller, 1 usual, 4 the largest

function remember(name, value) {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = name + "=" + value + "; Path=/; Max-Age=" + YEAR + "; SameSite=Lax" + secure;
}

export function remembered(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(name + "="));
  return found ? found.slice(name.length + 1) : "";
}

/* on: {spread(all), resized(size)} */
export function listenLooks(box, on) {
  const html = document.documentElement;
  const draw = (all) => {
    box.querySelectorAll("[data-view]").forEach((button) => {
      button.setAttribute("aria-pressed", String((button.dataset.view === "all") === all));
    });
  };
  const size = () => Number(html.dataset.text || 1);
  const sizes = Array.from(box.querySelectorAll("[name=text]"));
  const limits = () => sizes.forEach((button) => {
    const step = Number(button.dataset.step);
    const dead = step ? size() + step < 0 || size() + step >= SIZES : size() === 1;
    button.setAttribute("aria-disabled", String(dead));
  });
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || !(button.dataset.view || button.name === "text")) return;
    event.preventDefault();
    if (button.dataset.view) {
      const all = button.dataset.view === "all";
      remember("view", all ? "all" : "one");
      draw(all);
      on.spread(all);
      return;
    }
    const step = Number(button.dataset.step);
    const next = step ? Math.max(0, Math.min(SIZES - 1, size() + step)) : 1;
    html.dataset.text = next;
    remember("text", next);
    limits();
    on.resized(next);
  });
  limits();
  draw(remembered("view") === "all");
}

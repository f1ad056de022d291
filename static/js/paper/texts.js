/* Sentences come from the page (a <template> rendered by the server), so that scripts hold no language. */

export function readTexts(template) {
  const found = {};
  template.content.querySelectorAll("[data-text]").forEach((node) => {
    found[node.dataset.text] = node.textContent.trim();
  });
  return (name, values) =>
    (found[name] || "").replace(/\{(\w+)\}/g, (whole, key) => (values && key in values ? values[key] : whole));
}

/* "08:03" in Vietnam (UTC+7, no summer time), from the server's own instant: the device's zone has no say. */
export function timeOfDay(iso) {
  const instant = Date.parse(iso);
  return isNaN(instant) ? "" : new Date(instant + 7 * 3600000).toISOString().slice(11, 16);
}

/* Milliseconds -> "12:34"; rounds up, so that "00:00" is only shown when nothing is left. */
export function minutesSeconds(ms) {
  const left = Math.max(0, Math.ceil(ms / 1000));
  const two = (n) => (n < 10 ? "0" : "") + n;
  return two(Math.floor(left / 60)) + ":" + two(left % 60);
}

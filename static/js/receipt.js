/* The receipt as a picture and as a text file, both drawn here from what the page says; and the end of the journal. */

import { Api } from "./paper/api.js";
import { inApp } from "./paper/browser.js";
import { sheet } from "./paper/journal.js";
import { readTexts } from "./paper/texts.js";

const page = document.getElementById("receipt");
const t = readTexts(document.getElementById("receipt-texts"));
const code = page.dataset.code;
const facts = Array.from(document.querySelectorAll("#facts > div")).map((row) => [
  row.querySelector("dt").textContent.trim(),
  row.querySelector("dd").textContent.trim(),
]);

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/* --- text --- */

function asText() {
  const lines = [t("title").toUpperCase(), t("organiser"), "", t("code") + ": " + code];
  facts.forEach(([name, value]) => lines.push(name + ": " + value));
  if (t("expired")) lines.push("", t("expired"));
  lines.push("", window.location.href, "");
  return "\ufeff" + lines.filter((line, index) => line || index !== 1).join("\r\n");
}

/* --- picture: black on white, whatever the theme, so that it prints and photographs well --- */

const WIDTH = 720;
const EDGE = 48;

function wrapped(pen, text, width) {
  const lines = [""];
  text.split(/\s+/).forEach((word) => {
    const last = lines.length - 1;
    const longer = lines[last] ? lines[last] + " " + word : word;
    if (lines[last] && pen.measureText(longer).width > width) lines.push(word);
    else lines[last] = longer;
  });
  return lines;
}

function draw(canvas) {
  const font = getComputedStyle(document.body).fontFamily;
  const scale = 2;
  const pen = canvas.getContext("2d");
  const lay = (paint) => {
    let y = EDGE;
    const write = (text, size, weight, colour, gap) => {
      pen.font = weight + " " + size + "px " + font;
      wrapped(pen, text, WIDTH - 2 * EDGE).forEach((line) => {
        y += size * 1.5;
        if (!paint) return;
        pen.fillStyle = colour;
        pen.fillText(line, EDGE, y - size * 0.4);
      });
      y += gap;
    };
    const rule = () => {
      y += 8;
      if (paint) {
        pen.fillStyle = "#c4ccd6";
        pen.fillRect(EDGE, y, WIDTH - 2 * EDGE, 2);
      }
      y += 18;
    };
    if (t("organiser")) write(t("organiser"), 20, 400, "#44505e", 4);
    write(t("title"), 30, 700, "#111820", 4);
    if (t("expired")) write(t("expired"), 20, 400, "#44505e", 0);
    rule();
    write(t("code"), 20, 400, "#44505e", 0);
    let size = 60;
    pen.font = "800 " + size + "px " + font;
    size = Math.min(size, (size * (WIDTH - 2 * EDGE)) / pen.measureText(code).width);
    write(code, size, 800, "#0b58a6", 0);
    rule();
    facts.forEach(([name, value]) => {
      write(name, 18, 400, "#44505e", -2);
      write(value, 24, 600, "#111820", 12);
    });
    rule();
    write(window.location.host, 18, 400, "#44505e", 0);
    return y + EDGE - 12;
  };
  const height = Math.ceil(lay(false));
  canvas.width = WIDTH * scale;
  canvas.height = height * scale;
  pen.scale(scale, scale);
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, WIDTH, height);
  lay(true);
}

/* Shown on the page too: where downloads are refused it is kept or sent on with a long press. */
function showPicture() {
  const canvas = document.createElement("canvas");
  draw(canvas);
  document.getElementById("picture-image").src = canvas.toDataURL("image/png");
  document.getElementById("picture").hidden = false;
  return canvas;
}

const name = t("file") + "-" + code + ".png";
const share = document.getElementById("share-picture");

function asFile(canvas, use) {
  canvas.toBlob((blob) => blob && use(blob), "image/png");
}

document.getElementById("save-picture").addEventListener("click", () => {
  const canvas = showPicture();
  if (inApp()) document.getElementById("picture").scrollIntoView();
  else asFile(canvas, (blob) => download(blob, name));
});
share.addEventListener("click", () => {
  asFile(showPicture(), (blob) => {
    const files = [new File([blob], name, { type: "image/png" })];
    const what = navigator.canShare && navigator.canShare({ files }) ? { files } : { text: asText().slice(1) };
    navigator.share({ title: t("title"), ...what }).catch(() => {}); // closed again: nothing happened
  });
});
document.getElementById("save-text").addEventListener("click", () => {
  download(new Blob([asText()], { type: "text/plain;charset=utf-8" }), t("file") + "-" + code + ".txt");
});
share.hidden = !navigator.share;
document.getElementById("receipt-actions").hidden = false;
if (inApp()) {
  document.getElementById("save-text").hidden = true;
  document.getElementById("picture-how").textContent = t("in-app");
  showPicture();
}

/* --- the journal ends with the receipt; what never reached the server is first handed in: too late it is evidence,
   and where another sheet was submitted before, the person hears that it counts for nothing --- */

async function closeJournal() {
  const key = "paper:" + page.dataset.attempt;
  let kept = null;
  try {
    kept = JSON.parse(window.localStorage.getItem(key));
  } catch (unreadable) {
    /* nothing usable */
  }
  if (kept && Object.keys(kept.dirty || {}).length) {
    const api = new Api(page.dataset.urlSession, "");
    const reply = await api.send("POST", page.dataset.urlSubmit, { epoch: kept.epoch, ...sheet(kept.answers) });
    if (reply.status === 401 || reply.status === 429 || reply.status >= 500) return;
    document.getElementById("late-kept").hidden = !reply.body.evidence;
    document.getElementById("late-refused").hidden = !reply.body.receipt;
  }
  if (kept) window.localStorage.removeItem(key);
}

closeJournal().catch(() => {});

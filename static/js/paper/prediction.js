/* The whole number of the prediction question, as people write it: "14492", "14.492", "14 492". */

const PLAIN = /^\d{1,8}$/;
const IN_GROUPS = /^\d{1,3}([., \u00a0]\d{3})+$/;

/* -> a number · null (nothing typed) · undefined (not a whole number from 0 to 99,999,999) */
export function parsed(text) {
  const typed = text.trim();
  if (!typed) return null;
  const digits = IN_GROUPS.test(typed) ? typed.replace(/\D/g, "") : typed;
  return PLAIN.test(digits) ? Number(digits) : undefined;
}

/* as an answer of the journal's map */
export function whole(number) {
  return typeof number === "number" ? [number] : [];
}

/* 14492 -> "14.492" */
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ".");
}

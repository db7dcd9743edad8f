/** Letters and digits of QWERTY, QWERTZ and AZERTY keyboards; other characters are left out before a walk is looked for. */
const rows = [
  "1234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "qwertzuiopü",
  "asdfghjklöä",
  "yxcvbnm",
  "azertyuiop",
  "qsdfghjklm",
  "wxcvbn",
];
const walks = [...rows, ...rows.map((row) => [...row].reverse().join(""))];

/** Shorter pieces of a row stand in many words: `were`, `pop`. */
const stepLengthMin = 3;
/** What is left of a password that is mostly something else is too little to judge it by. */
const walkLengthMin = 8;

/**
 * Whether all letters and digits are pieces of keyboard rows, there or back, one after the other: `qwertyuiop-asdfgh`,
 * `poiuytrewqlkjhg`. The last piece may be cut short. `folded` is in NFKC and lower case.
 */
export const isKeyboardWalk = (folded: string): boolean => {
  const text = folded.replace(/[^\p{L}\p{N}]/gu, "");
  if (text.length < walkLengthMin) return false;
  // The places that a walk from the beginning can get to, in order.
  const reached = new Set([0]);
  for (const start of reached) {
    for (let end = start + 1; end <= text.length; end += 1) {
      if (!walks.some((walk) => walk.includes(text.slice(start, end)))) break;
      if (end === text.length) return true;
      if (end - start >= stepLengthMin) reached.add(end);
    }
  }
  return false;
};

/** Control, format and private characters, and every kind of line break. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]+/gu;
const charactersMax = 80;

/**
 * A name that somebody chose, fit to stand in a mail of ours: one line, no invisible characters, and nothing that a mail
 * program would turn into a link. Otherwise a customer's name could carry a stranger's message under our sender.
 */
export const cleanName = (name: string): string => {
  const oneLine = name
    .replaceAll(unprintable, " ")
    .replaceAll(/:\/\/|@/g, " ")
    .replaceAll(/\.(?=\S)/g, ". ")
    .replaceAll(/\s+/g, " ")
    .trim();
  const characters = [...oneLine];
  return characters.length > charactersMax ? `${characters.slice(0, charactersMax - 1).join("")}…` : oneLine;
};

/** One `@`, no blanks, nothing that a header or a second recipient could hide in (contracts, `Email`; here without its dot). */
const address = /^[^\s@<>()[\],;:\\"\p{C}]{1,64}@[^\s@<>()[\],;:\\"\p{C}]+$/u;

/** Why a mail cannot be sent to it; null when it can. */
export const refuseAddress = (to: string): "not_an_address" | null =>
  to.length <= 254 && address.test(to) ? null : "not_an_address";

/** Whether a subject fits a pattern. Tokens are separated by dots; `*` is any one token, a last `>` is one or more. */
export const subjectMatches = (pattern: string, subject: string): boolean => {
  if (pattern === subject) return true;
  const wanted = pattern.split(".");
  const tokens = subject.split(".");
  for (const [index, token] of wanted.entries()) {
    if (token === ">") return tokens.length > index;
    if (index >= tokens.length || (token !== "*" && token !== tokens[index])) return false;
  }
  return wanted.length === tokens.length;
};

/**
 * The narrowest single pattern made of shared leading tokens that covers all the subjects, or null for "everything".
 *
 * `["survey.a.v1", "survey.b.v1"]` gives `survey.>`; one subject is its own cover. What a cover lets through besides the
 * subjects is for the caller to drop.
 */
export const findCover = (subjects: readonly string[]): string | null => {
  const [first, ...others] = [...new Set(subjects)];
  if (first === undefined || others.length === 0) return first ?? null;
  const shared = first.split(".");
  for (const other of others) {
    const tokens = other.split(".");
    const difference = shared.findIndex((token, index) => token !== tokens[index]);
    if (difference !== -1) shared.length = difference;
  }
  // A subject that is the beginning of another one is not matched by `beginning.>`, and a `>` inside says nothing more.
  const shortest = Math.min(...[first, ...others].map((subject) => subject.split(".").length - 1));
  const prefix = shared.slice(0, shortest);
  return prefix.length === 0 ? null : [...prefix, ">"].join(".");
};

/** Whether everything that `inner` lets through is let through by `outer`. Null is "everything". */
export const coverIncludes = (outer: string | null, inner: string | null): boolean => {
  if (outer === null || outer === inner) return true;
  if (inner === null || !outer.endsWith(".>")) return false;
  return inner.startsWith(outer.slice(0, -1));
};

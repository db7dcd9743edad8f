/**
 * The ways a secret may look when it has slipped into a text: as it is, URL-encoded, and in base64 or base64url, alone or
 * somewhere inside a longer encoded text (three alignments; the outermost characters depend on the neighbours and are
 * left off). Of a JWT the payload and the signature count for themselves.
 */
export const secretForms = (secret: string): readonly string[] => {
  const parts = secret.split(".");
  const wholes = parts.length === 3 ? [secret, ...parts.slice(1)] : [secret];
  return [...new Set(wholes.flatMap((text) => [text, encodeURIComponent(text), ...base64Forms(text)]))];
};

const base64Forms = (text: string): readonly string[] =>
  [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    // 4 characters stand for 3 bytes: what the padding in front or the unknown end touches is cut away.
    const inner = (encoded: string) => encoded.replace(/=+$/, "").slice(offset === 0 ? 0 : 4, -2);
    return [inner(bytes.toString("base64")), inner(bytes.toString("base64url"))];
  });

export interface Leak {
  readonly secret: string;
  readonly where: string;
  readonly text: string;
}

/** Where any form of any secret stands in the texts. The secrets' names are given, never the secrets. */
export const findLeaks = (
  secrets: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, readonly string[]>,
): readonly Leak[] => {
  const leaks: Leak[] = [];
  for (const [where, lines] of texts) {
    const all = lines.join("\n");
    for (const [secret, name] of secrets) {
      const form = secretForms(secret).find((text) => all.includes(text));
      if (form === undefined) continue;
      const line = lines.find((text) => text.includes(form)) ?? "";
      leaks.push({ secret: name, where, text: line.slice(0, 300) });
    }
  }
  return leaks;
};

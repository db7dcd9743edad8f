import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface BrokerPermissions {
  /** The `authorization` block of `deploy/nats.conf`, with passwords filled in. */
  readonly configuration: string;
  readonly passwords: Readonly<Record<"auth" | "survey" | "notify", string>>;
}

/** The users and permissions that production has, so that what the stack may do is what a container may do. */
export const readBrokerPermissions = async (deployFolder: string): Promise<BrokerPermissions> => {
  const text = await readFile(join(deployFolder, "nats.conf"), "utf8");
  const start = text.search(/^authorization\s*[:{]/m);
  if (start < 0) throw new Error("deploy/nats.conf has no authorization block");
  const passwords = { auth: createPassword(), survey: createPassword(), notify: createPassword() };
  const byName: Readonly<Record<string, string>> = {
    AUTH: passwords.auth,
    SURVEY: passwords.survey,
    NOTIFY: passwords.notify,
  };
  const configuration = blockAt(text, start).replaceAll(
    /\$(AUTH|SURVEY|NOTIFY)_NATS_PASSWORD/g,
    (_match, name: string) => JSON.stringify(byName[name] ?? ""),
  );
  return { configuration, passwords };
};

/** NATS reads a bare word of digits as a number; letters first keep it a text. */
const createPassword = (): string => `p${randomBytes(18).toString("hex")}`;

/** From the block's name to the brace that closes it. */
const blockAt = (text: string, start: number): string => {
  let depth = 0;
  for (let at = text.indexOf("{", start); at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return text.slice(start, at + 1);
  }
  throw new Error("deploy/nats.conf has an authorization block without an end");
};

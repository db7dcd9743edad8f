import { createHash } from "node:crypto";
import { createReadStream, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Verifies an export of the audit log (`GET /v2/audit-log/export`) with nothing but SHA-256:
 *
 *     pnpm verify-audit-log [--known <position>:<hash>]... [<file>]
 *
 * Reads the file, or standard input. Exit code 0 and `ok`, or 1 and the first line that is wrong.
 *
 * What an export proves by itself: nothing between its first and its last line was changed, removed, added or moved, unless
 * everything behind it was hashed anew. Whoever can do that can also cut the end off and write another last line. Against
 * them stands a `hash` that was noted elsewhere when it was the newest: `--known` says that the chain must pass through it.
 */
interface Place {
  readonly position: number;
  readonly hash: string;
}

interface Line extends Place {
  /** Of the first line. */
  readonly chain?: string;
  /** Of an entry. */
  readonly body?: string;
  /** Of the last line. */
  readonly end?: true;
}

export interface Verdict {
  readonly ok: boolean;
  readonly message: string;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export const verifyAuditLog = async (lines: AsyncIterable<string>, known: readonly Place[] = []): Promise<Verdict> => {
  const missing = new Map(known.map((place) => [place.position, place.hash]));
  let last: Place | null = null;
  let hasEnded = false;
  let count = 0;
  for await (const text of lines) {
    count += 1;
    const line = parseLine(text);
    const fault = line === null ? "is not a line of an export" : findFault(line, { last, hasEnded });
    if (line === null || fault !== null) return { ok: false, message: `line ${count} ${fault}` };
    const noted = missing.get(line.position);
    if (noted !== undefined && noted !== line.hash) {
      return { ok: false, message: `line ${count} has another hash than the one known for position ${line.position}` };
    }
    missing.delete(line.position);
    hasEnded = line.end === true;
    last = line;
  }
  if (last === null) return { ok: false, message: "the export is empty" };
  if (!hasEnded) return { ok: false, message: `line ${count} is not the end: the export was cut` };
  const [absent] = missing.keys();
  if (absent !== undefined) return { ok: false, message: `position ${absent} is known and not in the export` };
  return { ok: true, message: `ok: ${count - 2} entries up to position ${last.position}, ${last.hash}` };
};

interface Before {
  readonly last: Place | null;
  readonly hasEnded: boolean;
}

/** What is wrong with a line after what came before it, or null. */
const findFault = (line: Line, { last, hasEnded }: Before): string | null => {
  if (last === null) return findFirstFault(line);
  if (hasEnded) return "comes after the end";
  if (line.end) {
    return line.position === last.position && line.hash === last.hash ? null : "is not the end of the line before";
  }
  if (line.body === undefined) return "is not an entry";
  if (line.position !== last.position + 1) return `has position ${line.position} after ${last.position}`;
  return line.hash === sha256(`${last.hash}\n${line.body}`) ? null : "does not have the hash of its entry";
};

const findFirstFault = (line: Line): string | null => {
  if (line.chain === undefined) return "does not say where the chain begins";
  return line.position > 0 || line.hash === sha256(line.chain) ? null : "is not the beginning of this chain";
};

const membersOf: Readonly<Record<string, readonly string[]>> = {
  chain: ["chain", "position", "hash"],
  body: ["position", "hash", "body"],
  end: ["end", "position", "hash"],
};

/** Null unless it is one of the three kinds of lines, with exactly its members. */
const parseLine = (text: string): Line | null => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isLine(value) ? value : null;
};

const isLine = (value: unknown): value is Line => {
  if (typeof value !== "object" || value === null) return false;
  const members = new Map(Object.entries(value));
  const kind = ["chain", "body", "end"].find((name) => members.has(name));
  if (kind === undefined || [...members.keys()].join() !== membersOf[kind]?.join()) return false;
  const position: unknown = members.get("position");
  const hash: unknown = members.get("hash");
  if (typeof position !== "number" || !Number.isSafeInteger(position) || position < 0) return false;
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) return false;
  return kind === "end" ? members.get(kind) === true : typeof members.get(kind) === "string";
};

/** At line feeds and nowhere else: `readline` also cuts at characters that may stand inside of JSON text. */
async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

const parsePlace = (text: string): Place => {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (!match) throw new Error("--known takes <position>:<hash>");
  return { position: Number(match[1]), hash: match[2] ?? "" };
};

const run = async (args: readonly string[]): Promise<void> => {
  const known = args.flatMap((arg, at) => (args[at - 1] === "--known" ? [parsePlace(arg)] : []));
  const file = args.find((arg, at) => !arg.startsWith("--") && args[at - 1] !== "--known");
  const input = file === undefined ? process.stdin : createReadStream(file);
  const verdict = await verifyAuditLog(splitLines(input.setEncoding("utf8")), known);
  process.stdout.write(`${verdict.message}\n`);
  process.exitCode = verdict.ok ? 0 : 1;
};

const program = process.argv[1];
if (program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)) {
  await run(process.argv.slice(2));
}

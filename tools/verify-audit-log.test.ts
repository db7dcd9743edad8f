import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { verifyAuditLog } from "./verify-audit-log.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const chain = "01890000-0000-7000-8000-000000000001";

/** An export written down here by hand, so that the program is measured against the format and not against itself. */
const makeExport = (count: number, after = 0): string[] => {
  let hash = after === 0 ? sha256(chain) : sha256("what was pruned");
  const lines = [JSON.stringify({ chain, position: after, hash })];
  for (let position = after + 1; position <= after + count; position += 1) {
    const body = JSON.stringify({ action: "sign_in.succeeded", detail: { n: position, text: "ü\u2028\n" } });
    hash = sha256(`${hash}\n${body}`);
    lines.push(JSON.stringify({ position, hash, body }));
  }
  return [...lines, JSON.stringify({ end: true, position: after + count, hash })];
};

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

const verify = (lines: readonly string[], known: Parameters<typeof verifyAuditLog>[1] = []) =>
  verifyAuditLog(each(lines), known);

const hashAt = (lines: readonly string[], index: number): string => JSON.parse(lines[index] ?? "").hash;

/** A chain after the line at `index` hashed anew, as somebody would who knows the format. */
const rehash = (lines: readonly string[], index: number): string[] => {
  let { hash, position } = JSON.parse(lines[index - 1] ?? "");
  return lines.map((text, at) => {
    const line = JSON.parse(text);
    if (at < index) return text;
    if (line.end) return JSON.stringify({ end: true, position, hash });
    hash = sha256(`${hash}\n${line.body}`);
    position += 1;
    return JSON.stringify({ position, hash, body: line.body });
  });
};

describe("an export as it was written", () => {
  it.each([
    ["from the chain's start", makeExport(5)],
    ["from a checkpoint", makeExport(5, 40)],
    ["without an entry", makeExport(0)],
  ])("verifies %s", async (_name, lines) => {
    expect(await verify(lines)).toMatchObject({ ok: true });
  });

  it("says how many entries there are and where the chain stands, to be noted elsewhere", async () => {
    const lines = makeExport(5, 40);
    expect((await verify(lines)).message).toBe(`ok: 5 entries up to position 45, ${hashAt(lines, 5)}`);
  });
});

describe("a tampered export", () => {
  const lines = makeExport(6);
  const changed = (index: number, from: string, to: string) =>
    lines.map((line, at) => (at === index ? line.replace(from, to) : line));
  it.each([
    ["a changed byte of an entry", changed(3, "succeeded", "succeedet"), "line 4 does not have the hash of its entry"],
    ["a changed hash", changed(3, '"hash":"', '"hash":"0').map((l) => l), "line 4 is not a line of an export"],
    ["a removed line", lines.toSpliced(3, 1), "line 4 has position 4 after 2"],
    ["a removed first entry", lines.toSpliced(1, 1), "line 2 has position 2 after 0"],
    ["swapped lines", lines.toSpliced(3, 2, lines[4] ?? "", lines[3] ?? ""), "line 4 has position 4 after 2"],
    ["a line twice", lines.toSpliced(4, 0, lines[3] ?? ""), "line 5 has position 3 after 3"],
    [
      "an inserted line",
      lines.toSpliced(3, 0, JSON.stringify({ position: 3, hash: sha256("made up"), body: "{}" })),
      "line 4 does not have the hash of its entry",
    ],
    ["a cut end", lines.slice(0, -2), "line 6 is not the end: the export was cut"],
    ["a removed last entry", lines.toSpliced(-2, 1), "line 7 is not the end of the line before"],
    ["lines after the end", [...lines, lines[2] ?? ""], "line 9 comes after the end"],
    ["no beginning", lines.slice(1), "line 1 does not say where the chain begins"],
    ["two beginnings", [lines[0] ?? "", ...lines], "line 2 is not an entry"],
    ["a made-up beginning", changed(0, chain, chain.replace("1", "2")), "line 1 is not the beginning of this chain"],
    ["one more member", changed(2, '"position"', '"x":1,"position"'), "line 3 is not a line of an export"],
    ["an empty line", lines.toSpliced(2, 0, ""), "line 3 is not a line of an export"],
    ["something else", ["[]"], "line 1 is not a line of an export"],
    ["nothing", [], "the export is empty"],
  ])("is seen: %s", async (_name, tampered, message) => {
    expect(await verify(tampered)).toEqual({ ok: false, message });
  });

  it("is not seen when everything behind the change was hashed anew, but for a hash noted elsewhere", async () => {
    const position = 5;
    const known = [{ position, hash: hashAt(lines, position) }];
    const forged = rehash(changed(3, "succeeded", "succeedet"), 3);
    expect(await verify(lines, known)).toMatchObject({ ok: true });
    expect(await verify(forged)).toMatchObject({ ok: true });
    expect(await verify(forged, known)).toEqual({
      ok: false,
      message: "line 6 has another hash than the one known for position 5",
    });
  });

  it("is not seen when end and last line were cut together, but for a hash noted elsewhere", async () => {
    const shorter = makeExport(4);
    expect(await verify(shorter)).toMatchObject({ ok: true });
    expect(await verify(shorter, [{ position: 6, hash: hashAt(lines, 6) }])).toEqual({
      ok: false,
      message: "position 6 is known and not in the export",
    });
  });
});

describe("the program", () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const run = (args: readonly string[], input: string) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const program = ["--import", "tsx", "tools/verify-audit-log.ts", ...args];
      const child = execFile(process.execPath, program, { cwd: root }, (error, output) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, output }),
      );
      child.stdin?.end(input);
    });

  it("reads standard input and answers with its exit code", async () => {
    const lines = makeExport(2_000);
    const text = `${lines.join("\n")}\n`;
    expect(await run([], text)).toEqual({ code: 0, output: expect.stringMatching(/^ok: 2000 entries/) });
    expect(await run([], text.replace('\\"n\\":1234', '\\"n\\":4321'))).toEqual({
      code: 1,
      output: "line 1235 does not have the hash of its entry\n",
    });
  });

  it("reads a file, and takes hashes that were noted elsewhere", async () => {
    const folder = await mkdtemp(join(tmpdir(), "audit-log-"));
    const file = join(folder, "audit-log.jsonl");
    const lines = makeExport(3);
    await writeFile(file, lines.join("\n"));
    expect(await run(["--known", `2:${hashAt(lines, 2)}`, file], "")).toMatchObject({ code: 0 });
    expect(await run([file, "--known", `2:${sha256("other")}`], "")).toMatchObject({ code: 1 });
    await rm(folder, { recursive: true });
  });
});

import { describe, expect, it } from "vitest";
import { createLogger } from "./logger.ts";

const logged = (write: (log: ReturnType<typeof createLogger>) => void): string => {
  const lines: string[] = [];
  write(createLogger("test", "trace", { write: (line) => void lines.push(line) }));
  return lines.join("");
};

describe.each(["live", "dev", "pat"] as const)("a credential with the word %s", (word) => {
  const shown = `rt_${word}_3hDITX`;
  const credential = shown + "Secret0".repeat(7).slice(0, 43);

  it.each([
    ["a message", (log: ReturnType<typeof createLogger>) => log.info(`asked with ${credential}.`)],
    ["a member", (log) => log.info({ url: `/v2/users?key=${credential}&x=1`, deep: { er: [credential] } }, "asked")],
    ["an error and its cause", (log) => log.error({ err: new Error(credential, { cause: new Error(credential) }) })],
    ["a child's own members", (log) => log.child({ credential }).info("asked")],
    ["two in one text", (log) => log.info(`${credential} ${credential}`)],
  ] satisfies [string, (log: ReturnType<typeof createLogger>) => void][])(
    "is masked in %s, but for what lists show",
    (_name, write) => {
      const text = logged(write);
      expect(text).toContain(`${shown}***`);
      expect(text).not.toContain("Secret");
      for (const line of text.trim().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
    },
  );
});

it("leaves other texts as they are", () => {
  const text = "rt_live_3hDITX rt_other_0123456789 and a request";
  expect(JSON.parse(logged((log) => log.info(text)))).toMatchObject({ msg: text });
});

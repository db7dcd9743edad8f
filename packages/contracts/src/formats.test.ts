import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { authOperations } from "./auth/auth.operations.ts";
import { Name } from "./formats.ts";

const isName = (text: string) => Value.Check(Name(16), text);

describe("a name", () => {
  it.each(["Ada", "x", " Zoë O'Neil ", "Клиника №2", "山田 太郎", "عيادة", "👩‍⚕️ rounds", "a\u00A0b", "x".repeat(16)])(
    "may be %j",
    (text) => expect(isName(text)).toBe(true),
  );

  it.each([
    ["nothing", ""],
    ["spaces", "   "],
    ["spaces of other kinds", "\u00A0\u2003\u3000"],
    ["what has no width", "\u200B\u200D\uFEFF"],
    ["an accent alone", "\u0301"],
    ["a second line", "a\nb"],
    ["a carriage return", "a\rb"],
    ["a line separator", "a\u2028b"],
    ["a tab", "a\tb"],
    ["NUL", "a\u0000b"],
    ["an escape sequence", "a\u001B[31mb"],
    ["a control of Latin-1", "a\u0085b"],
    ["half a character", "a\uD800"],
    ["one more character", "x".repeat(17)],
    ...["\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"].map(
      (control) => [`U+${control.codePointAt(0)?.toString(16)}`, `a${control}b`] satisfies [string, string],
    ),
  ])("may not be %s", (_what, text) => expect(isName(text)).toBe(false));

  it("may have to be longer", () => {
    expect([Value.Check(Name(16, 3), "ab"), Value.Check(Name(16, 3), "abc")]).toEqual([false, true]);
  });
});

describe("every operation of auth-service that takes a name", () => {
  interface Body {
    readonly properties?: Readonly<Record<string, { readonly pattern?: string; readonly anyOf?: readonly object[] }>>;
    readonly anyOf?: readonly Body[];
  }
  const named = authOperations.flatMap((operation) => {
    const body: Body = "body" in operation ? Object(operation.body) : {};
    const name = [body, ...(body.anyOf ?? [])].map(({ properties }) => properties?.["name"]).find(Boolean);
    return name ? [{ id: operation.id, name }] : [];
  });

  it("takes it in this shape", () => {
    expect(named.map(({ id }) => id).sort()).toEqual([
      "acceptInvitation",
      "createAccount",
      "createApiKey",
      "createCustomer",
      "createPasskey",
      "createPersonalAccessToken",
      "updateCustomer",
      "updateMe",
    ]);
    const shape: { readonly pattern: string } = JSON.parse(JSON.stringify(Name(1)));
    for (const { id, name } of named) {
      const patterns = [name, ...(name.anyOf ?? [])].map((schema) =>
        "pattern" in schema ? schema.pattern : undefined,
      );
      expect([id, patterns.includes(shape.pattern)]).toEqual([id, true]);
    }
  });
});

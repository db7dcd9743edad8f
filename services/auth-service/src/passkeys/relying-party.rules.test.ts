import { describe, expect, it } from "vitest";
import { passkeyAlgorithms, relyingParty, userHandle } from "./relying-party.rules.ts";

describe("who we are", () => {
  it.each([
    ["https://surveys.example", "surveys.example", "https://surveys.example"],
    ["https://surveys.example:8443/", "surveys.example", "https://surveys.example:8443"],
    ["http://localhost:3000", "localhost", "http://localhost:3000"],
    ["https://SURVEYS.example/roundtrip", "surveys.example", "https://surveys.example"],
  ])("comes from the public URL %s alone", (publicUrl, id, origin) => {
    expect(relyingParty(publicUrl)).toEqual({ id, name: "Roundtrip", origin });
  });

  it("takes keys that authenticators make and no others: EdDSA, ES256, RS256", () => {
    expect(passkeyAlgorithms).toEqual([-8, -7, -257]);
  });
});

describe("the user handle", () => {
  it("is the account's id as 16 bytes: no name and no e-mail is kept on an authenticator's list for others to read", () => {
    const handle = userHandle("0199f2c4-7f6e-7aaa-8bbb-0123456789ab");
    expect(Buffer.from(handle, "base64url").toString("hex")).toBe("0199f2c47f6e7aaa8bbb0123456789ab");
  });
});

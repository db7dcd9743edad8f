import { createHash } from "node:crypto";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What the first entry of a chain is chained to, so that two chains never share a hash. */
export const genesisHash = (chainId: string): string => sha256(chainId);

/** SHA-256 (hex) of the hash before, a line feed and the entry's text in UTF-8. */
export const chainHash = (previousHash: string, body: string): string => sha256(`${previousHash}\n${body}`);

import type { Environment } from "@roundtrip/contracts/scope";
import { createCredential, credentialPrefix, credentialWord } from "./credential-format.ts";

/** `rt_live_...` or `rt_dev_...` (`credential-format.ts`). It exists in clear only in the answer that creates it. */
export const createApiKey = (environment: Environment): string => createCredential(environment);

/** True when the shape and the checksum are right; says nothing about whether anybody knows the key. */
export const isApiKey = (text: string): boolean => {
  const word = credentialWord(text);
  return word === "live" || word === "dev";
};

/** What lists and logs may show: `rt_live_3hDITX`. */
export const apiKeyPrefix = credentialPrefix;

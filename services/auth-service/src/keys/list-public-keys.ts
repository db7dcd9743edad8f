import { accessTokenUse, returnTicketUse } from "@roundtrip/access-token/token.rules";
import type { Sql } from "@roundtrip/database/database";
import { type PublishedJwk, publicMembers } from "./public-key.rules.ts";
import { listPublicKeyRows } from "./signing-key.store.ts";

/** Our own keys that sign or may still verify, and the ticket keys of survey-service. */
export const listPublishedJwks = async (sql: Sql): Promise<PublishedJwk[]> =>
  (await listPublicKeyRows(sql)).flatMap((row) => {
    const jwk = publicMembers(row.public_jwk, {
      kid: row.kid,
      roundtrip_use: row.own ? accessTokenUse : returnTicketUse,
    });
    return jwk ? [jwk] : [];
  });

import { type Sql, statement } from "@roundtrip/database/database";

export interface SpentTicket {
  readonly jti: string;
  readonly sessionId: string;
  readonly workspaceId: string;
  readonly expiresAt: Date;
}

const burn = statement<{ known: boolean; burned: boolean }>(
  "burned-ticket-burn",
  `WITH mine AS (
     SELECT session_id FROM sessions WHERE session_id = $2 AND workspace_id = $3
   ), burned AS (
     INSERT INTO burned_tickets (jti, expires_at) SELECT $1::text, $4::timestamptz FROM mine
     ON CONFLICT (jti) DO NOTHING RETURNING jti
   )
   SELECT EXISTS (SELECT FROM mine) AS known, EXISTS (SELECT FROM burned) AS burned`,
);

/** `not_mine`: no session of this workspace. `used`: another call was first. */
export const burnTicket = async (sql: Sql, ticket: SpentTicket): Promise<"burned" | "used" | "not_mine"> => {
  const [row] = await sql.query(burn, [ticket.jti, ticket.sessionId, ticket.workspaceId, ticket.expiresAt]);
  if (!row?.known) return "not_mine";
  return row.burned ? "burned" : "used";
};

const prune = statement(
  "burned-ticket-prune",
  `DELETE FROM burned_tickets WHERE jti IN (
     SELECT jti FROM burned_tickets WHERE expires_at < $1 ORDER BY expires_at LIMIT 5000)`,
);

/** A ticket that has expired is refused anyway. */
export const pruneBurnedTickets = async (sql: Sql, now: Date): Promise<void> => {
  await sql.query(prune, [now]);
};

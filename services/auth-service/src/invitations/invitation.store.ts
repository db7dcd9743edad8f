import type { Role } from "@roundtrip/contracts/scope";
import { type Sql, statement, type Tx } from "@roundtrip/database/database";

export interface InvitationRow {
  readonly invitation_id: string;
  readonly email: string;
  /** `invitations__role` allows no other words. */
  readonly role: Role;
  readonly created_at: Date;
  readonly expires_at: Date;
}

export interface NewInvitation {
  readonly invitationId: string;
  readonly customerId: string;
  readonly email: string;
  readonly emailKey: string;
  readonly role: Role;
  readonly digest: string;
  readonly invitedBy: string | null;
  readonly now: Date;
  readonly expiresAt: Date;
}

const insertStatement = statement<InvitationRow>(
  "invitations-insert",
  `INSERT INTO invitations (invitation_id, customer_id, email, email_key, role, digest, invited_by, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING invitation_id, email, role, created_at, expires_at`,
);

export const insertInvitationRow = async (tx: Tx, invitation: NewInvitation): Promise<InvitationRow> => {
  const [row] = await tx.query(insertStatement, [
    invitation.invitationId,
    invitation.customerId,
    invitation.email,
    invitation.emailKey,
    invitation.role,
    invitation.digest,
    invitation.invitedBy,
    invitation.now,
    invitation.expiresAt,
  ]);
  if (!row) throw new Error("an insert without a conflict clause answers its row");
  return row;
};

const revokeOpenStatement = statement<{ invitation_id: string }>(
  "invitations-revoke-open",
  `UPDATE invitations SET revoked_at = $3
   WHERE customer_id = $1 AND email_key = $2 AND accepted_at IS NULL AND revoked_at IS NULL RETURNING invitation_id`,
);

/** Of one address, expired ones too. Answers their ids. */
export const revokeOpenInvitations = async (
  tx: Tx,
  of: { readonly customerId: string; readonly emailKey: string; readonly now: Date },
): Promise<string[]> =>
  (await tx.query(revokeOpenStatement, [of.customerId, of.emailKey, of.now])).map((row) => row.invitation_id);

const revokeStatement = statement(
  "invitations-revoke",
  `UPDATE invitations SET revoked_at = $3
   WHERE invitation_id = $1 AND customer_id = $2 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3
   RETURNING invitation_id`,
);

/** False when the customer has no such open invitation. */
export const revokeInvitationRow = async (
  tx: Tx,
  invitation: { readonly invitationId: string; readonly customerId: string; readonly now: Date },
): Promise<boolean> =>
  (await tx.query(revokeStatement, [invitation.invitationId, invitation.customerId, invitation.now])).length > 0;

const listStatement = statement<InvitationRow>(
  "invitations-list",
  `SELECT invitation_id, email, role, created_at, expires_at FROM invitations
   WHERE customer_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2
     AND ($3::uuid IS NULL OR invitation_id < $3)
   ORDER BY invitation_id DESC LIMIT $4`,
);

export interface InvitationPage {
  readonly customerId: string;
  readonly now: Date;
  readonly after: string | null;
  readonly sizeMax: number;
}

/** Open ones, newest first. */
export const listOpenInvitations = (sql: Sql, page: InvitationPage): Promise<InvitationRow[]> =>
  sql.query(listStatement, [page.customerId, page.now, page.after, page.sizeMax]);

export interface LinkedInvitation {
  readonly invitation_id: string;
  readonly customer_id: string;
  readonly customer_name: string;
  readonly email: string;
  readonly email_key: string;
  readonly role: Role;
  /** Null when nobody has an account with that e-mail. */
  readonly account_id: string | null;
}

const findByLinkStatement = statement<LinkedInvitation>(
  "invitations-find-by-link",
  `SELECT i.invitation_id, i.customer_id, c.name AS customer_name, i.email, i.email_key, i.role, a.account_id
   FROM invitations i JOIN customers c USING (customer_id) LEFT JOIN accounts a ON a.email_key = i.email_key
   WHERE i.digest = ANY($1) AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $2
     AND c.suspended_at IS NULL AND a.disabled_at IS NULL`,
);

/** Null when the link is unknown, used, taken back or too old. Spends nothing. */
export const findInvitationByLink = async (
  sql: Sql,
  digests: readonly string[],
  now: Date,
): Promise<LinkedInvitation | null> => (await sql.query(findByLinkStatement, [digests, now]))[0] ?? null;

const acceptStatement = statement(
  "invitations-accept",
  `UPDATE invitations SET accepted_at = $2
   WHERE invitation_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2 RETURNING invitation_id`,
);

/** Of any number of requests at once one gets true. */
export const spendInvitation = async (tx: Tx, invitationId: string, now: Date): Promise<boolean> =>
  (await tx.query(acceptStatement, [invitationId, now])).length > 0;

import { type Sql, statement } from "@roundtrip/database/database";

export interface NewMail {
  readonly mailId: string;
  readonly template: string;
  /** Sealed: it holds an address, and often a link. */
  readonly box: string;
  readonly expiresAt: Date;
}

const insertStatement = statement(
  "outgoing-mails-insert",
  "INSERT INTO outgoing_mails (mail_id, template, box, expires_at) VALUES ($1, $2, $3, $4)",
);

export const insertMail = async (sql: Sql, mail: NewMail): Promise<void> => {
  await sql.query(insertStatement, [mail.mailId, mail.template, mail.box, mail.expiresAt]);
};

export interface MailRow {
  readonly mail_id: string;
  readonly template: string;
  readonly box: string;
  /** This one included. */
  readonly attempts: number;
  readonly expires_at: Date;
}

export interface MailClaim {
  readonly templates: readonly string[];
  readonly now: Date;
  /** From when on others may take them, should the claimer die. */
  readonly until: Date;
  readonly sizeMax: number;
}

const claimStatement = statement<MailRow>(
  "outgoing-mails-claim",
  `UPDATE outgoing_mails mail SET attempts = mail.attempts + 1, next_attempt_at = $3
   FROM (SELECT mail_id FROM outgoing_mails WHERE next_attempt_at <= $2 AND template = ANY($1)
         ORDER BY next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED) due
   WHERE mail.mail_id = due.mail_id
   RETURNING mail.mail_id, mail.template, mail.box, mail.attempts, mail.expires_at`,
);

/** The longest due ones. Two claimers never get the same one before `until`. */
export const claimMails = (sql: Sql, claim: MailClaim): Promise<MailRow[]> =>
  sql.query(claimStatement, [claim.templates, claim.now, claim.until, claim.sizeMax]);

const postponeStatement = statement(
  "outgoing-mails-postpone",
  "UPDATE outgoing_mails SET next_attempt_at = $3 WHERE mail_id = $1 AND attempts = $2",
);

/** Unless somebody else has claimed it meanwhile. */
export const postponeMail = async (sql: Sql, mail: MailRow, until: Date): Promise<void> => {
  await sql.query(postponeStatement, [mail.mail_id, mail.attempts, until]);
};

const deleteStatement = statement<{ mail_id: string }>(
  "outgoing-mails-delete",
  "DELETE FROM outgoing_mails WHERE mail_id = $1 RETURNING mail_id",
);

/** False when somebody else was faster. */
export const deleteMail = async (sql: Sql, mailId: string): Promise<boolean> =>
  (await sql.query(deleteStatement, [mailId])).length > 0;

const deleteExpiredStatement = statement<{ mail_id: string }>(
  "outgoing-mails-delete-expired",
  "DELETE FROM outgoing_mails WHERE expires_at <= $1 RETURNING mail_id",
);

/** Answers how many: what they tell of can no longer be used. */
export const deleteExpiredMails = async (sql: Sql, now: Date): Promise<number> =>
  (await sql.query(deleteExpiredStatement, [now])).length;

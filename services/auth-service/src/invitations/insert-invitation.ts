import type { Role } from "@roundtrip/contracts/scope";
import type { Tx } from "@roundtrip/database/database";
import { uuidv7 } from "uuidv7";
import type { Email } from "../accounts/email.rules.ts";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { createLinkSecret } from "../link-pages/create-link-secret.ts";
import { queueMail } from "../mails/queue-mail.ts";
import type { LimitDeps } from "../throttling/limit-requests.ts";
import { type InvitationRow, insertInvitationRow, revokeOpenInvitations } from "./invitation.store.ts";

export interface InviteDeps extends LimitDeps {
  /** The public URL, without a trailing slash. */
  readonly issuer: string;
}

export interface Invite {
  readonly customerId: string;
  readonly customerName: string;
  readonly email: Email;
  readonly role: Role;
  /** The owner who invites; null when an operator's new customer gets its first owner. */
  readonly invitedBy: string | null;
  readonly actorId: string;
  readonly source: AuditSource;
}

/** 7 days. */
const invitationLifeMs = 7 * 86_400_000;

/** The row, its mail and its entries in the audit log. An open invitation of the same address makes room for it. */
export const insertInvitation = async (deps: InviteDeps, tx: Tx, invite: Invite): Promise<InvitationRow> => {
  const now = deps.clock();
  const { customerId, email, role } = invite;
  const expiresAt = new Date(now.getTime() + invitationLifeMs);
  const { secret, digest } = createLinkSecret(deps.keyring);
  const replaced = await revokeOpenInvitations(tx, { customerId, emailKey: email.key, now });
  const row = await insertInvitationRow(tx, {
    invitationId: uuidv7(),
    customerId,
    email: email.address,
    emailKey: email.key,
    role,
    digest,
    invitedBy: invite.invitedBy,
    now,
    expiresAt,
  });
  await queueMail(deps, tx, {
    template: "invitation",
    to: email.address,
    values: { customerName: invite.customerName, role, link: `${deps.issuer}/invitations/${secret}` },
    expiresAt,
  });
  const by = { actor: { kind: "account", id: invite.actorId }, customerId, source: invite.source } as const;
  for (const id of replaced) {
    const target = { kind: "invitation", id };
    await recordAudit(tx, { ...by, action: "invitation.revoked", target, detail: { replaced: true } }, now);
  }
  const target = { kind: "invitation", id: row.invitation_id };
  await recordAudit(tx, { ...by, action: "invitation.created", target, detail: { role } }, now);
  return row;
};

import type { Operation } from "../operation.ts";
import { acceptInvitation } from "./accept-invitation.http.ts";
import { changePassword } from "./change-password.http.ts";
import { confirmTotp } from "./confirm-totp.http.ts";
import { createAccount } from "./create-account.http.ts";
import { createActionToken } from "./create-action-token.http.ts";
import { createApiKey } from "./create-api-key.http.ts";
import { createCustomer } from "./create-customer.http.ts";
import { createInvitation } from "./create-invitation.http.ts";
import { createPasskey } from "./create-passkey.http.ts";
import { createPersonalAccessToken } from "./create-personal-access-token.http.ts";
import { deletePasskey } from "./delete-passkey.http.ts";
import { endSignIn } from "./end-sign-in.http.ts";
import { exportAuditLog } from "./export-audit-log.http.ts";
import { exportPlatformAuditLog } from "./export-platform-audit-log.http.ts";
import { finishOidcSignIn } from "./finish-oidc-sign-in.http.ts";
import { getAccount } from "./get-account.http.ts";
import { getInvitationPage } from "./get-invitation-page.http.ts";
import { getLinkPageScript } from "./get-link-page-script.http.ts";
import { getLinkPageStyle } from "./get-link-page-style.http.ts";
import { getPasswordResetPage } from "./get-password-reset-page.http.ts";
import { getWorkspace } from "./get-workspace.http.ts";
import { introspectToken } from "./introspect-token.http.ts";
import { listAccounts } from "./list-accounts.http.ts";
import { listApiKeys } from "./list-api-keys.http.ts";
import { listAuditLog } from "./list-audit-log.http.ts";
import { listCustomers } from "./list-customers.http.ts";
import { listInvitations } from "./list-invitations.http.ts";
import { listPasskeys } from "./list-passkeys.http.ts";
import { listPersonalAccessTokens } from "./list-personal-access-tokens.http.ts";
import { listPlatformAuditLog } from "./list-platform-audit-log.http.ts";
import { listPublicKeys } from "./list-public-keys.http.ts";
import { listSignIns } from "./list-sign-ins.http.ts";
import { refreshAccess } from "./refresh-access.http.ts";
import { removeAccount } from "./remove-account.http.ts";
import { removeOidcLink } from "./remove-oidc-link.http.ts";
import { removeTotp } from "./remove-totp.http.ts";
import { replaceRecoveryCodes } from "./replace-recovery-codes.http.ts";
import { requestPasswordReset } from "./request-password-reset.http.ts";
import { resetPassword } from "./reset-password.http.ts";
import { revokeApiKey } from "./revoke-api-key.http.ts";
import { revokeInvitation } from "./revoke-invitation.http.ts";
import { revokePersonalAccessToken } from "./revoke-personal-access-token.http.ts";
import { rotateApiKey } from "./rotate-api-key.http.ts";
import { signInAccount } from "./sign-in-account.http.ts";
import { signInAlias } from "./sign-in-alias.http.ts";
import { signInWithPasskey } from "./sign-in-with-passkey.http.ts";
import { signInWithToken } from "./sign-in-with-token.http.ts";
import { signOut } from "./sign-out.http.ts";
import { startOidcLink } from "./start-oidc-link.http.ts";
import { startOidcSignIn } from "./start-oidc-sign-in.http.ts";
import { startPasskeyRegistration } from "./start-passkey-registration.http.ts";
import { startPasskeySignIn } from "./start-passkey-sign-in.http.ts";
import { startTotp } from "./start-totp.http.ts";
import { updateAccount } from "./update-account.http.ts";
import { updateCustomer } from "./update-customer.http.ts";
import { updateMe } from "./update-me.http.ts";
import { updateWorkspace } from "./update-workspace.http.ts";

/** Every operation of auth-service. */
export const authOperations = [
  signInAccount,
  signInAlias,
  signInWithToken,
  refreshAccess,
  signOut,
  listPublicKeys,
  getAccount,
  getWorkspace,
  listApiKeys,
  createApiKey,
  revokeApiKey,
  updateMe,
  changePassword,
  listSignIns,
  endSignIn,
  startTotp,
  confirmTotp,
  removeTotp,
  replaceRecoveryCodes,
  startPasskeyRegistration,
  createPasskey,
  listPasskeys,
  deletePasskey,
  startPasskeySignIn,
  signInWithPasskey,
  listPersonalAccessTokens,
  createPersonalAccessToken,
  revokePersonalAccessToken,
  rotateApiKey,
  createActionToken,
  introspectToken,
  listAccounts,
  createAccount,
  updateAccount,
  removeAccount,
  listInvitations,
  createInvitation,
  revokeInvitation,
  getInvitationPage,
  acceptInvitation,
  requestPasswordReset,
  getPasswordResetPage,
  getLinkPageScript,
  getLinkPageStyle,
  resetPassword,
  listCustomers,
  createCustomer,
  updateCustomer,
  updateWorkspace,
  listAuditLog,
  exportAuditLog,
  listPlatformAuditLog,
  exportPlatformAuditLog,
  startOidcSignIn,
  finishOidcSignIn,
  startOidcLink,
  removeOidcLink,
] as const satisfies readonly Operation[];

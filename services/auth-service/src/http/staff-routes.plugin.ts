import { createChangePasswordRoute } from "../accounts/change-password.route.ts";
import { createCreateAccountRoute } from "../accounts/create-account.route.ts";
import { createEndSignInRoute } from "../accounts/end-sign-in.route.ts";
import { createGetAccountRoute } from "../accounts/get-account.route.ts";
import { createListAccountsRoute } from "../accounts/list-accounts.route.ts";
import { createListSignInsRoute } from "../accounts/list-sign-ins.route.ts";
import { createRemoveAccountRoute } from "../accounts/remove-account.route.ts";
import { createUpdateAccountRoute } from "../accounts/update-account.route.ts";
import { createUpdateMeRoute } from "../accounts/update-me.route.ts";
import { createCreateCustomerRoute } from "../customers/create-customer.route.ts";
import { createListCustomersRoute } from "../customers/list-customers.route.ts";
import { createUpdateCustomerRoute } from "../customers/update-customer.route.ts";
import type { AuthDeps } from "../deps.ts";
import { createAcceptInvitationRoute } from "../invitations/accept-invitation.route.ts";
import { createCreateInvitationRoute } from "../invitations/create-invitation.route.ts";
import { createGetInvitationPageRoute } from "../invitations/get-invitation-page.route.ts";
import { createListInvitationsRoute } from "../invitations/list-invitations.route.ts";
import { createRevokeInvitationRoute } from "../invitations/revoke-invitation.route.ts";
import { createGetLinkPageScriptRoute } from "../link-pages/get-link-page-script.route.ts";
import { createGetLinkPageStyleRoute } from "../link-pages/get-link-page-style.route.ts";
import { createGetPasswordResetPageRoute } from "../password-resets/get-password-reset-page.route.ts";
import { createRequestPasswordResetRoute } from "../password-resets/request-password-reset.route.ts";
import { createResetPasswordRoute } from "../password-resets/reset-password.route.ts";
import { createGetWorkspaceRoute } from "../workspaces/get-workspace.route.ts";
import { createUpdateWorkspaceRoute } from "../workspaces/update-workspace.route.ts";
import type { RouteGroup } from "./route-group.ts";

/** Customers, accounts, invitations, password resets, the own profile and sign-ins, the workspace. */
export const staffRoutes = (deps: AuthDeps): RouteGroup => ({
  public: [
    createGetInvitationPageRoute(deps),
    createAcceptInvitationRoute(deps),
    createRequestPasswordResetRoute(deps),
    createGetPasswordResetPageRoute(deps),
    createResetPasswordRoute(deps),
    createGetLinkPageScriptRoute(),
    createGetLinkPageStyleRoute(),
  ],
  account: [
    createGetAccountRoute(deps),
    createUpdateMeRoute(deps),
    createChangePasswordRoute(deps),
    createListSignInsRoute(deps),
    createEndSignInRoute(deps),
    createListCustomersRoute(deps),
    createCreateCustomerRoute(deps),
    createUpdateCustomerRoute(deps),
  ],
  workspace: [
    createGetWorkspaceRoute(deps),
    createUpdateWorkspaceRoute(deps),
    createListAccountsRoute(deps),
    createCreateAccountRoute(deps),
    createUpdateAccountRoute(deps),
    createRemoveAccountRoute(deps),
    createListInvitationsRoute(deps),
    createCreateInvitationRoute(deps),
    createRevokeInvitationRoute(deps),
  ],
});

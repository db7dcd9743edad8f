import { verifyReturnTicket as operation } from "@roundtrip/contracts/survey/verify-return-ticket.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { verifyReturnTicket } from "./verify-return-ticket.ts";

export const verifyReturnTicketRoute = (deps: SurveyDeps) =>
  route(operation, async ({ body, caller }) => {
    const claims = await verifyReturnTicket(deps, { ticket: body.ticket, workspaceId: caller.workspaceId });
    return { status: 200, body: { valid: true as const, ...claims } };
  });

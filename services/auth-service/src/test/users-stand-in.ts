import type { RpcRequest } from "@roundtrip/contracts/rpc";
import { resolveUser } from "@roundtrip/contracts/survey/resolve-user.rpc";
import type { EventBus, Subscription } from "@roundtrip/event-bus/event-bus";

export interface KnownUser {
  readonly workspaceId: string;
  readonly userId: string;
  readonly externalUserId: string;
}

/** survey-service's end of `rpc.survey.resolve-user`. */
export const openUsersStandIn = (bus: EventBus, users: readonly KnownUser[]): Promise<Subscription> =>
  bus.respond(resolveUser.subject, async (body) => {
    const wanted = JSON.parse(body) as RpcRequest<typeof resolveUser>; // sent by `find-user.ts` in the shape of the contract
    const user = users.find(
      (each) =>
        each.workspaceId === wanted.workspace_id &&
        ("user_id" in wanted
          ? each.userId === wanted.user_id.toLowerCase()
          : each.externalUserId === wanted.external_user_id),
    );
    return JSON.stringify({ user_id: user?.userId ?? null });
  });

import { type RpcReply, type RpcRequest, rpcTimeoutMs } from "@roundtrip/contracts/rpc";
import { resolveUser } from "@roundtrip/contracts/survey/resolve-user.rpc";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Compile } from "typebox/compile";

const reply = Compile(resolveUser.reply);

/** Asks survey-service. Null when the workspace has no such user; throws `DependencyUnavailable` while it is away. */
export const findUser = async (bus: EventBus, wanted: RpcRequest<typeof resolveUser>): Promise<string | null> => {
  const answer: unknown = JSON.parse(await bus.request(resolveUser.subject, JSON.stringify(wanted), rpcTimeoutMs));
  if (!reply.Check(answer)) throw new Error(`${resolveUser.subject} answered something else than a user`);
  return (answer satisfies RpcReply<typeof resolveUser>).user_id;
};

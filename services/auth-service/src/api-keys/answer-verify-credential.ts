import { verifyCredential as rpc } from "@roundtrip/contracts/auth/verify-credential.rpc";
import type { RpcReply } from "@roundtrip/contracts/rpc";
import type { EventBus, Subscription } from "@roundtrip/event-bus/event-bus";
import { Compile } from "typebox/compile";
import { type VerifyCredentialDeps, verifyHashedCredential } from "../introspection/verify-credential.ts";

const request = Compile(rpc.request);

/** Answers the other services' credential verifiers. A fault of ours is no answer: they go on with what they know. */
export const answerVerifyCredential = (
  deps: VerifyCredentialDeps & { readonly bus: EventBus },
): Promise<Subscription> =>
  deps.bus.respond(rpc.subject, async (body) => {
    const asked: unknown = JSON.parse(body);
    const verified = request.Check(asked) ? await verifyHashedCredential(deps, asked) : null;
    return JSON.stringify({ verified } satisfies RpcReply<typeof rpc>);
  });

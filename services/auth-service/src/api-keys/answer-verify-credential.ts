import { verifyCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import type { RpcReply } from "@roundtrip/contracts/rpc";
import type { EventBus, Subscription } from "@roundtrip/event-bus/event-bus";
import { Compile } from "typebox/compile";
import { type VerifyApiKeyDeps, verifyApiKey } from "./verify-api-key.ts";

const request = Compile(verifyCredential.request);

/** Answers the other services' credential verifiers. A fault of ours is no answer: they go on with what they know. */
export const answerVerifyCredential = (deps: VerifyApiKeyDeps & { readonly bus: EventBus }): Promise<Subscription> =>
  deps.bus.respond(verifyCredential.subject, async (body) => {
    const asked: unknown = JSON.parse(body);
    const verified = request.Check(asked) && "credential" in asked ? await verifyApiKey(deps, asked.credential) : null;
    return JSON.stringify({ verified } satisfies RpcReply<typeof verifyCredential>);
  });

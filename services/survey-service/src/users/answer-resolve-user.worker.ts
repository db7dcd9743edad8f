import type { RpcReply } from "@roundtrip/contracts/rpc";
import { resolveUser } from "@roundtrip/contracts/survey/resolve-user.rpc";
import type { Worker } from "@roundtrip/service-runner/service";
import { untilAborted } from "@roundtrip/service-runner/supervise";
import { Compile } from "typebox/compile";
import type { SurveyDeps } from "../deps.ts";
import { findUserId } from "./resolve-user.store.ts";

/** Answers auth-service, which asks whom an action token is to be made for. */
export const createResolveUserWorker = (deps: Pick<SurveyDeps, "bus" | "db">): Worker => ({
  name: "survey-service-resolve-user",
  run: async (signal) => {
    const request = Compile(resolveUser.request);
    const subscription = await deps.bus.respond(resolveUser.subject, async (body) => {
      const wanted: unknown = JSON.parse(body);
      if (!request.Check(wanted)) throw new Error(`${resolveUser.subject} was asked something else`);
      const reply: RpcReply<typeof resolveUser> = { user_id: await findUserId(deps.db, wanted) };
      return JSON.stringify(reply);
    });
    await untilAborted(signal);
    await subscription.close();
  },
});

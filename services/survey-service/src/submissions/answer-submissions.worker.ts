import type { RpcReply } from "@roundtrip/contracts/rpc";
import { submissionsById } from "@roundtrip/contracts/survey/submissions.rpc";
import type { Worker } from "@roundtrip/service-runner/service";
import { untilAborted } from "@roundtrip/service-runner/supervise";
import { Compile } from "typebox/compile";
import type { SurveyDeps } from "../deps.ts";
import { findSubmissions } from "./submission.store.ts";

/** Answers notify-service, which asks in batches when a webhook wants full bodies. */
export const createAnswerSubmissionsWorker = (deps: Pick<SurveyDeps, "bus" | "db">): Worker => ({
  name: "survey-service-submissions",
  run: async (signal) => {
    const request = Compile(submissionsById.request);
    const subscription = await deps.bus.respond(submissionsById.subject, async (body) => {
      const wanted: unknown = JSON.parse(body);
      if (!request.Check(wanted)) throw new Error(`${submissionsById.subject} was asked something else`);
      const submissions = await findSubmissions(deps.db, wanted.workspace_id, wanted.submission_ids);
      const reply: RpcReply<typeof submissionsById> = { submissions: submissions.map((item) => ({ ...item })) };
      return JSON.stringify(reply);
    });
    await untilAborted(signal);
    await subscription.close();
  },
});

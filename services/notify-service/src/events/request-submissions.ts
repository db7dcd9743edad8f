import { rpcTimeoutMs } from "@roundtrip/contracts/rpc";
import { submissionsById } from "@roundtrip/contracts/survey/submissions.rpc";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { Compile } from "typebox/compile";
import type { FullBodyDeps, Submission } from "./find-full-body.ts";

const reply = Compile(submissionsById.reply);

/** Asks survey-service. Throws `DependencyUnavailable` when it does not answer. */
export const requestSubmissions =
  (bus: EventBus): FullBodyDeps["findSubmissions"] =>
  async (workspaceId, submissionIds) => {
    const answer = await ask(bus, JSON.stringify({ workspace_id: workspaceId, submission_ids: submissionIds }));
    if (!reply.Check(answer)) throw new Error(`${submissionsById.subject} answered something else than submissions`);
    const found = new Map<string, Submission>();
    for (const submission of answer.submissions) {
      const submissionId = submission["submission_id"];
      if (typeof submissionId === "string") found.set(submissionId, submission);
    }
    return found;
  };

const ask = async (bus: EventBus, body: string): Promise<unknown> => {
  try {
    return JSON.parse(await bus.request(submissionsById.subject, body, rpcTimeoutMs));
  } catch (error) {
    throw error instanceof DependencyUnavailable
      ? new DependencyUnavailable("survey-service", { cause: error })
      : error;
  }
};

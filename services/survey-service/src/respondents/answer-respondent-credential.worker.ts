import type { RpcReply, RpcRequest } from "@roundtrip/contracts/rpc";
import { respondentCredential } from "@roundtrip/contracts/survey/respondent-credential.rpc";
import type { Worker } from "@roundtrip/service-runner/service";
import { untilAborted } from "@roundtrip/service-runner/supervise";
import { Compile } from "typebox/compile";
import type { SurveyDeps } from "../deps.ts";
import { findCredentialByToken, findCredentialByUsername } from "./respondent-credential.store.ts";

type Deps = Pick<SurveyDeps, "bus" | "db" | "authenticationTokens">;
type Request = RpcRequest<typeof respondentCredential>;

/** Answers auth-service, which asks when its projection does not know an alias or a token yet: a link works at once. */
export const createRespondentCredentialWorker = (deps: Deps): Worker => ({
  name: "survey-service-respondent-credential",
  run: async (signal) => {
    const request = Compile(respondentCredential.request);
    const subscription = await deps.bus.respond(respondentCredential.subject, async (body) => {
      const wanted: unknown = JSON.parse(body);
      if (!request.Check(wanted)) throw new Error(`${respondentCredential.subject} was asked something else`);
      const reply: RpcReply<typeof respondentCredential> = { credential: await findCredential(deps, wanted) };
      return JSON.stringify(reply);
    });
    await untilAborted(signal);
    await subscription.close();
  },
});

const findCredential = ({ db, authenticationTokens }: Deps, wanted: Request) =>
  "token_sha256" in wanted
    ? findCredentialByToken(db, authenticationTokens, wanted.token_sha256)
    : findCredentialByUsername(db, authenticationTokens, wanted);

import { accessTokenPlugin } from "@roundtrip/access-token/access-token.plugin";
import type { AuthenticatorOptions } from "@roundtrip/access-token/authenticator";
import { createAuthenticator } from "@roundtrip/access-token/create-authenticator";
import { registerScope } from "@roundtrip/http-operation/route";
import type { FastifyPluginAsync } from "fastify";
import type { SurveyDeps } from "../deps.ts";
import { sessionRoutes } from "../session-routes.ts";
import { surveyRoutes } from "../survey-routes.ts";
import { documentsPlugin } from "./documents.plugin.ts";
import { pagesPlugin } from "./pages.plugin.ts";

/** Every route of the service, by who may call it. Routes are listed, never discovered. */
export const surveyHttpPlugin =
  (deps: SurveyDeps, credentials: AuthenticatorOptions): FastifyPluginAsync =>
  async (app) => {
    await app.register(documentsPlugin);
    await app.register(pagesPlugin(deps));
    await app.register(accessTokenPlugin, credentials);
    const authenticator = createAuthenticator(credentials);
    for (const lists of [surveyRoutes(deps), sessionRoutes(deps)]) {
      registerScope(app, { access: "public", authenticate: authenticator.none, routes: lists.public });
      registerScope(app, { access: "respondent", authenticate: authenticator.respondent, routes: lists.respondent });
      registerScope(app, { access: "workspace", authenticate: authenticator.workspace, routes: lists.workspace });
    }
  };

import { accessTokenPlugin } from "@roundtrip/access-token/access-token.plugin";
import type { AuthenticatorOptions } from "@roundtrip/access-token/authenticator";
import { createAuthenticator } from "@roundtrip/access-token/create-authenticator";
import { registerScope } from "@roundtrip/http-operation/route";
import type { FastifyPluginAsync } from "fastify";
import { getDeliveryRoute } from "../deliveries/get-delivery.route.ts";
import { listDeliveriesRoute } from "../deliveries/list-deliveries.route.ts";
import type { NotifyDeps } from "../deps.ts";
import { listEventTypesRoute } from "../events/list-event-types.route.ts";
import { createWebhookRoute } from "../webhooks/create-webhook.route.ts";
import { deleteWebhookRoute } from "../webhooks/delete-webhook.route.ts";
import { disableWebhookRoute } from "../webhooks/disable-webhook.route.ts";
import { enableWebhookRoute } from "../webhooks/enable-webhook.route.ts";
import { getWebhookRoute } from "../webhooks/get-webhook.route.ts";
import { listWebhooksRoute } from "../webhooks/list-webhooks.route.ts";
import { rotateWebhookSecretRoute } from "../webhooks/rotate-webhook-secret.route.ts";
import { updateWebhookRoute } from "../webhooks/update-webhook.route.ts";

/** Every route of the service. Routes are listed, never discovered. */
export const notifyHttpPlugin =
  (deps: NotifyDeps, credentials: AuthenticatorOptions): FastifyPluginAsync =>
  async (app) => {
    await app.register(accessTokenPlugin, credentials);
    registerScope(app, {
      access: "workspace",
      authenticate: createAuthenticator(credentials).workspace,
      routes: [
        createWebhookRoute(deps),
        listWebhooksRoute(deps),
        getWebhookRoute(deps),
        updateWebhookRoute(deps),
        deleteWebhookRoute(deps),
        enableWebhookRoute(deps),
        disableWebhookRoute(deps),
        rotateWebhookSecretRoute(deps),
        listDeliveriesRoute(deps),
        getDeliveryRoute(deps),
        listEventTypesRoute(),
      ],
    });
  };

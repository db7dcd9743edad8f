import { Type } from "typebox";
import { Closed, Page } from "../formats.ts";
import { operation } from "../operation.ts";

const JsonObject = Type.Record(Type.String(), Type.Unknown());

export const listEventTypes = operation({
  id: "listEventTypes",
  service: "notify",
  method: "GET",
  path: "/v2/event-types",
  summary: "Everything that a webhook can subscribe to",
  description: "Each with the JSON Schema of the body that is sent, and an example of one.",
  access: { kind: "workspace", scope: "events:read", role: "viewer" },
  dialect: "v2",
  responses: {
    200: Page(Closed({ type: Type.String(), description: Type.String(), schema: JsonObject, example: JsonObject })),
  },
  problems: [],
});

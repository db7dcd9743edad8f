import { listEventTypes as operation } from "@roundtrip/contracts/notify/list-event-types.http";
import { eventCatalogue } from "@roundtrip/contracts/notify/webhook-body";
import { route } from "@roundtrip/http-operation/route";

/** The schemas as plain JSON, once: the catalogue changes only with the code. */
const data = eventCatalogue.map(({ type, description, schema, example }) => ({
  type,
  description,
  schema: JSON.parse(JSON.stringify(schema)),
  example,
}));

export const listEventTypesRoute = () => route(operation, async () => ({ status: 200, body: { data, next: null } }));

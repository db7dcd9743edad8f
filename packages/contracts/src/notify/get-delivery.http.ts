import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { Delivery } from "./delivery.ts";

export const getDelivery = operation({
  id: "getDelivery",
  service: "notify",
  method: "GET",
  path: "/v2/deliveries/:delivery_id",
  summary: "One delivery with its attempts",
  access: { kind: "workspace", scope: "webhooks:read", role: "viewer" },
  dialect: "v2",
  params: Closed({ delivery_id: Uuid }),
  responses: { 200: Delivery },
  problems: ["delivery_not_found"],
});

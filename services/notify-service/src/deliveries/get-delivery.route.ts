import { getDelivery as operation } from "@roundtrip/contracts/notify/get-delivery.http";
import { route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import type { NotifyDeps } from "../deps.ts";
import { findDelivery } from "./delivery.store.ts";
import { viewDeliveries } from "./view-deliveries.ts";

export const getDeliveryRoute = ({ db }: Pick<NotifyDeps, "db">) =>
  route(operation, async ({ params, caller }) => {
    const row = await findDelivery(db, caller.workspaceId, params.delivery_id);
    const [delivery] = row ? await viewDeliveries(db, [row]) : [];
    if (!delivery) throw new Problem("delivery_not_found");
    return { status: 200, body: delivery };
  });

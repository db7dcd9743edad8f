import { type Static, Type } from "typebox";
import { Closed, Instant, Uuid } from "../formats.ts";

export const CustomerObject = Closed({
  customer_id: Uuid,
  name: Type.String(),
  live: Uuid,
  dev: Uuid,
  suspended: Type.Boolean(),
  created_at: Instant,
});
export type CustomerObject = Static<typeof CustomerObject>;

import type { Route } from "@roundtrip/http-operation/route";

/** Routes of one topic, by the door they stand behind. */
export interface RouteGroup {
  readonly public: readonly Route[];
  readonly account: readonly Route[];
  readonly workspace: readonly Route[];
}

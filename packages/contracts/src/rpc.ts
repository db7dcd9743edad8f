import type { Static, TSchema } from "typebox";

/** A core NATS request/reply. 2 s limit; the caller decides what to do when nobody answers. */
export interface Rpc {
  readonly subject: string;
  /** The service that answers. */
  readonly owner: string;
  /** The services that may ask; the broker refuses everybody else (`deploy/nats.conf`). */
  readonly callers: readonly string[];
  readonly request: TSchema;
  readonly reply: TSchema;
}
export const rpc = <const R extends Rpc>(definition: R): R => definition;
export const rpcTimeoutMs = 2_000;
export type RpcRequest<R extends Rpc> = Static<R["request"]>;
export type RpcReply<R extends Rpc> = Static<R["reply"]>;

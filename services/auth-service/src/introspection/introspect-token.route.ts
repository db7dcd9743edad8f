import { introspectToken as operation } from "@roundtrip/contracts/auth/introspect-token.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type IntrospectTokenDeps, introspectToken } from "./introspect-token.ts";

/** `token_type_hint` is read and not needed: every kind of token shows what it is (RFC 7662 section 2.1). */
export const createIntrospectTokenRoute = (deps: IntrospectTokenDeps): Route =>
  route(operation, async ({ body, caller }) => ({
    status: 200,
    body: await introspectToken(deps, body.token, caller),
  }));

import { type Address, addressWithoutToken, parseRoute, type Route } from "./routes.ts";

/** The part of `window.history` that is needed here. */
export type AddressBar = Pick<History, "replaceState">;

/**
 * Reads the route from the address and takes a token out of the address bar in the same turn, before anything can be
 * awaited, requested or rendered. History entry and address are replaced, so that Back does not bring the token back.
 */
export const takeRoute = (address: Address, addressBar: AddressBar): Route => {
  const route = parseRoute(address);
  const bare = addressWithoutToken(route);
  if (bare !== null) addressBar.replaceState(null, "", bare);
  return route;
};

import type { LookupFunction, Socket } from "node:net";
import { buildConnector } from "undici";
import { type AddressGuard, AddressNotAllowed, literalAddress } from "./address-guard.ts";
import type { HostAddress, HostAddresses } from "./host-addresses.ts";

export interface Vetting {
  readonly guard: AddressGuard;
  readonly hosts: HostAddresses;
}

/** The name has no address, or nobody could say. */
export class NameNotResolved extends Error {
  readonly code = "NAME_NOT_RESOLVED";
  constructor(hostname: string, options: ErrorOptions) {
    super(`${hostname} has no address`, options);
    this.name = "NameNotResolved";
  }
}

const connectTimeoutMs = 5_000;
/** Of several addresses, how long one may take before the next is tried. */
const attemptTimeoutMs = 1_000;

/** The addresses of a URL's host that may be connected to. Throws `AddressNotAllowed` when none is left. */
export const vetHost = async ({ guard, hosts }: Vetting, hostname: string): Promise<readonly HostAddress[]> => {
  const literal = literalAddress(hostname);
  if (literal !== null) {
    if (!guard.allows(literal)) throw new AddressNotAllowed();
    return [{ address: literal, family: literal.includes(":") ? 6 : 4 }];
  }
  const addresses = await hosts.resolve(hostname).catch((cause: unknown) => {
    throw new NameNotResolved(hostname, { cause });
  });
  const allowed = addresses.filter((each) => guard.allows(each.address));
  if (allowed.length === 0) throw new AddressNotAllowed();
  return allowed;
};

/**
 * Connections that end only where the guard allows. It stands in the connector because undici asks no `lookup` about a
 * literal address; names are vetted in the `lookup`, so that the address that was vetted is the address that is used; and
 * the connected socket is looked at once more, whoever got it there.
 */
export const createGuardedConnector = (vetting: Vetting): buildConnector.connector => {
  const lookup: LookupFunction = (hostname, options, callback) => {
    vetHost(vetting, hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, [...addresses]);
        else callback(null, first?.address ?? "", first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
  });
  return (options, callback) => {
    const literal = literalAddress(options.hostname);
    if (literal !== null && !vetting.guard.allows(literal)) {
      callback(new AddressNotAllowed(), null);
      return;
    }
    connect(options, (...[error, socket]) => {
      if (error) callback(error, null);
      else if (isAllowed(vetting.guard, socket)) callback(null, socket);
      else {
        socket.destroy();
        callback(new AddressNotAllowed(), null);
      }
    });
  };
};

/** A socket that was closed in the meantime has no address any more; it is of no use either. */
const isAllowed = (guard: AddressGuard, socket: Socket): boolean =>
  socket.remoteAddress !== undefined && guard.allows(socket.remoteAddress);

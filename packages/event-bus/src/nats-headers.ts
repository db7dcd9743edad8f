import { headers, type MsgHdrs } from "nats";

/** The client's and the server's own headers begin like this; they are not the sender's. */
const ownPrefix = "nats-";

export const writeHeaders = (values: Readonly<Record<string, string>>): MsgHdrs => {
  const written = headers();
  for (const [name, value] of Object.entries(values)) written.set(name, value);
  return written;
};

export const readHeaders = (received: MsgHdrs | undefined): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const [name, [value]] of received ?? []) {
    if (value !== undefined && !name.toLowerCase().startsWith(ownPrefix)) values[name] = value;
  }
  return values;
};

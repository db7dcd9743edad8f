import { decodeJwt, decodeProtectedHeader } from "jose";

/** One step of the round trip as it went over the wire. */
export interface Exchange {
  /** What it was for. */
  readonly title: string;
  readonly way: "portal to Roundtrip" | "Roundtrip to portal" | "patient's browser";
  readonly request: string;
  readonly requestHeaders?: Readonly<Record<string, unknown>>;
  readonly requestBody?: unknown;
  /** Header and claims of a JWT that took part. */
  readonly token?: unknown;
  readonly response: string;
  readonly responseBody?: unknown;
}

export type Recorded = Exchange & { readonly number: number; readonly at: string };

/** JWTs and API keys, wherever they stand: enough is left to recognise one by, too little to use it. */
const secretShapes = /\b(eyJ[\w-]{7})[\w-]*\.[\w-]+\.[\w-]+|\b(rt_[a-z]+_\w{3})\w+/g;
const mask = (text: string): string => text.replace(secretShapes, (_, jwt?: string, key?: string) => `${jwt ?? key}…`);

/** The last 200 exchanges, newest first, with secrets masked before they are kept. In memory: this is a demonstration. */
export const createExchanges = (onRecord: (exchange: Recorded) => void) => {
  const kept: Recorded[] = [];
  let count = 0;
  const record = (exchange: Exchange): void => {
    count += 1;
    const recorded: Recorded = {
      ...JSON.parse(mask(JSON.stringify(exchange))),
      number: count,
      at: new Date().toJSON(),
    };
    kept.unshift(recorded);
    kept.splice(200);
    onRecord(recorded);
  };
  return { list: (): readonly Recorded[] => kept, record };
};

export type Exchanges = ReturnType<typeof createExchanges>;

/** What a JWT says, whether or not it is genuine; null for anything else. */
export const readToken = (token: string): unknown => {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch {
    return null;
  }
};

import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { PortalConfig } from "./config.ts";
import { type Exchanges, readToken } from "./exchanges.ts";

export interface TicketVerdict {
  readonly kind: "genuine" | "forged" | "expired" | "used" | "missing" | "unchecked";
  /** What Roundtrip vouches for; only a genuine ticket has any. */
  readonly claims?: JWTPayload;
}

const kindOfStatus: Readonly<Record<number, TicketVerdict["kind"]>> = { 400: "forged", 409: "used" };

const kindOfError = (error: unknown): TicketVerdict["kind"] => {
  if (error instanceof errors.JWTExpired) return "expired";
  // jose has no class of its own for keys that could not be fetched.
  const away = ["ERR_JOSE_GENERIC", "ERR_JWKS_TIMEOUT"];
  return error instanceof errors.JOSEError && !away.includes(error.code) ? "forged" : "unchecked";
};

/** Everything that the clinic asks of Roundtrip; each call is recorded as it went over the wire. */
export const createRoundtrip = (config: PortalConfig, { record }: Pick<Exchanges, "record">) => {
  const { roundtripUrl, surveySlug, apiKey } = config;

  const send = async (title: string, url: string, init: RequestInit): Promise<Response> => {
    const asked = {
      title,
      way: "portal to Roundtrip",
      request: `${init.method ?? "GET"} ${url}`,
      requestHeaders: Object.fromEntries(new Headers(init.headers)),
      requestBody: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
    } as const;
    try {
      const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });
      const responseBody: unknown = await answer.clone().json();
      record({ ...asked, response: `${answer.status} ${answer.statusText}`, responseBody });
      return answer;
    } catch (error) {
      record({ ...asked, response: `no usable answer: ${String(error)}` });
      throw error;
    }
  };

  const secret = new TextEncoder().encode(config.surveySecret);
  // jose asks for the keys when it needs them, and keeps them for ten minutes.
  const keys = createRemoteJWKSet(new URL(`${roundtripUrl}/.well-known/jwks.json`), {
    [customFetch]: (url, { method, headers }) =>
      send("Get the keys that sign return tickets", url, { method, headers }),
  });
  const expected = { issuer: roundtripUrl, audience: new URL(config.publicUrl).origin, typ: "return-ticket+jwt" };

  return {
    /** The address that takes a patient straight to the questions, signed in. Good for ten minutes. */
    createEntryUrl: async (patient: { readonly username: string; readonly name: string }): Promise<string> => {
      const { username, name } = patient;
      const token = await new SignJWT({ username, name, customFields: [{ name: "clinic", value: "Riverside" }] })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setAudience(roundtripUrl)
        .setSubject(surveySlug)
        .setIssuedAt()
        .setExpirationTime("10 minutes")
        .sign(secret);
      const url = `${roundtripUrl}/${surveySlug}/create-user/${token}?redirect=recall`;
      const step = { title: `Send ${name} into the survey`, way: "patient's browser", request: `GET ${url}` } as const;
      record({
        ...step,
        token: readToken(token),
        response: "303 from the portal, then Roundtrip signs the patient in",
      });
      return url;
    },

    /** Throws when they are not to be had now, so that the webhook is not accepted and comes again. */
    getAnswers: async (submissionId: string): Promise<Record<string, unknown>> => {
      const url = `${roundtripUrl}/v2/submissions/${encodeURIComponent(submissionId)}`;
      const answer = await send("Fetch the answers", url, { headers: { "x-api-key": apiKey } });
      if (!answer.ok) throw new Error(`the submission was answered with ${answer.status}`);
      // Roundtrip's OpenAPI document promises an object with `data`.
      return ((await answer.json()) as { data: Record<string, unknown> }).data;
    },

    /** First the signature, then using it up: a copied address is worth nothing the second time. */
    verifyTicket: async (ticket: string): Promise<TicketVerdict> => {
      if (ticket === "") return { kind: "missing" };
      try {
        const { payload } = await jwtVerify(ticket, keys, expected);
        const { status } = await send("Use the return ticket up", `${roundtripUrl}/v2/return-tickets/verify`, {
          method: "POST",
          headers: { "x-api-key": apiKey, "content-type": "application/json" },
          body: JSON.stringify({ ticket }),
        });
        return status === 200 ? { kind: "genuine", claims: payload } : { kind: kindOfStatus[status] ?? "unchecked" };
      } catch (error) {
        return { kind: kindOfError(error) };
      }
    },
  };
};

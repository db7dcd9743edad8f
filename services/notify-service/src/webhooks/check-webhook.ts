import type { InvalidMember } from "@roundtrip/contracts/problem";
import { publicEvents } from "@roundtrip/contracts/public-events";
import type { Environment } from "@roundtrip/contracts/scope";
import { Problem } from "@roundtrip/http-problem/problem";
import { pause } from "@roundtrip/service-runner/supervise";
import { AddressNotAllowed } from "../sending/address-guard.ts";
import { NameNotResolved, type Vetting, vetHost } from "../sending/guarded-connector.ts";
import { findUselessPattern, refusalSentence, refuseUrl, type UrlRefusal } from "./webhook.rules.ts";

export interface CheckedMembers {
  readonly url?: string;
  readonly event_types?: readonly string[];
}

const resolveMsMax = 3_000;
const publicTypes = publicEvents.map((event) => event.publicType);

/** Throws `webhook_refused` naming each member that cannot be used. */
export const checkWebhook = async (
  vetting: Vetting,
  members: CheckedMembers,
  environment: Environment,
): Promise<void> => {
  const faults: InvalidMember[] = [];
  if (members.url !== undefined) {
    const refusal = refuseUrl(members.url, environment) ?? (await refuseHost(vetting, members.url));
    if (refusal) faults.push({ loc: ["body", "url"], msg: refusalSentence[refusal], type: refusal });
  }
  const useless = findUselessPattern(members.event_types ?? [], publicTypes);
  if (useless !== null) {
    const index = members.event_types?.indexOf(useless) ?? 0;
    faults.push({
      loc: ["body", "event_types", index],
      msg: `fits no event type: ${useless}`,
      type: "unknown_event_type",
    });
  }
  if (faults.length > 0) throw new Problem("webhook_refused", { detail: faults });
};

/**
 * The guard of the sending side, asked ahead, so that a mistake is seen when it is made. A name that does not resolve yet
 * is taken, and so is one whose servers are slow: every attempt asks again.
 */
const refuseHost = async (vetting: Vetting, url: string): Promise<UrlRefusal | "address_not_allowed" | null> => {
  const late = new AbortController();
  try {
    await Promise.race([vetHost(vetting, new URL(url).hostname), pause(resolveMsMax, late.signal)]);
    return null;
  } catch (error) {
    if (error instanceof AddressNotAllowed) return "address_not_allowed";
    if (error instanceof NameNotResolved) return null;
    throw error;
  } finally {
    late.abort();
  }
};

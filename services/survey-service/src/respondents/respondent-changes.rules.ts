import type { CustomField } from "@roundtrip/contracts/survey/respondent-object";
import type { EffectiveSettings } from "../surveys/survey-settings.rules.ts";
import type { UserClaims } from "./user-claims.rules.ts";

/** What may be stored of the claims: names and custom fields only where the survey says so. */
export const storableClaims = (claims: UserClaims, settings: EffectiveSettings): UserClaims => {
  const { name, customFields, ...rest } = claims;
  return {
    ...rest,
    ...(settings.personal_identifiers && name !== undefined ? { name } : {}),
    ...(settings.custom_fields && customFields !== undefined ? { customFields } : {}),
  };
};

interface Stored {
  readonly name: string | null;
  readonly customFields: readonly CustomField[];
  readonly redirectUrl: string | null;
  readonly tokenExpiresAt: Date | null;
}

/** What the claims change about a respondent that exists. A claim that is absent changes nothing. */
export interface RespondentChanges {
  readonly name?: string | null;
  readonly customFields?: readonly CustomField[];
  readonly redirectUrl?: string;
  readonly tokenExpiresAt?: Date;
}

export interface ChangeContext {
  readonly now: Date;
  readonly ttlSeconds: number | null;
}

/** Null when nothing changes, which is the rule: integrators send the same person in again and again. */
export const respondentChanges = (
  stored: Stored,
  claims: UserClaims,
  context: ChangeContext,
): RespondentChanges | null => {
  const { name, customFields, redirectUrl } = claims;
  const expiresAt = renewedExpiry(stored.tokenExpiresAt, context);
  const changes: RespondentChanges = {
    ...(name !== undefined && name !== stored.name ? { name } : {}),
    ...(customFields !== undefined && !sameFields(customFields, stored.customFields) ? { customFields } : {}),
    ...(redirectUrl !== undefined && redirectUrl !== stored.redirectUrl ? { redirectUrl } : {}),
    ...(expiresAt === null ? {} : { tokenExpiresAt: expiresAt }),
  };
  return Object.keys(changes).length === 0 ? null : changes;
};

/**
 * A token in the second half of its life gets a new whole one: create-user has just vouched for the person, and must
 * answer a token that works. Not sooner, so that calls in a row do not each change the credential.
 */
const renewedExpiry = (stored: Date | null, { now, ttlSeconds }: ChangeContext): Date | null => {
  if (ttlSeconds === null || stored === null) return null;
  const leftMs = stored.getTime() - now.getTime();
  return leftMs < (ttlSeconds * 1_000) / 2 ? new Date(now.getTime() + ttlSeconds * 1_000) : null;
};

const sameFields = (one: readonly CustomField[], other: readonly CustomField[]): boolean =>
  one.length === other.length &&
  one.every((field, index) => {
    const match = other[index];
    return field.name === match?.name && field.value === match.value && field.public === match.public;
  });

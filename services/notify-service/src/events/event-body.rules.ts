/** The least of a CloudEvents envelope that a body is made from. */
export interface BodySource {
  readonly publicType: string;
  readonly occurredAt: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The text that is signed and sent, made once per event. */
export const thinBody = (event: BodySource): string =>
  JSON.stringify({ type: event.publicType, timestamp: event.occurredAt, data: event.data });

/**
 * The thin body with the submission inside; null when it was erased meanwhile. Made from the thin text, so that both say
 * the same about everything else.
 */
export const fullBody = (thin: string, submission: Readonly<Record<string, unknown>> | null): string => {
  // The text is our own, from `thinBody`.
  const body = JSON.parse(thin) as { data: Record<string, unknown> };
  return JSON.stringify({ ...body, data: { ...body.data, submission } });
};

import { type TSchema, Type } from "typebox";

/** UUIDv7 (RFC 9562), lower case. Any UUID version is accepted on input, so that a wrong id is a 404 and not a 422. */
export const Uuid = Type.String({ format: "uuid", maxLength: 36 });

/**
 * RFC 3339 instant in UTC, for example `2026-11-20T16:00:00.000Z`; answered with milliseconds. Neither a leap second nor the
 * year 0, which RFC 3339 allows and neither JavaScript nor Postgres can keep.
 */
export const Instant = Type.String({
  format: "date-time",
  pattern: "^(?!0000)\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:[0-5]\\d(\\.\\d{1,9})?(Z|\\+00:00)$",
  maxLength: 35,
});

/** Calendar date `YYYY-MM-DD`. */
export const CalendarDate = Type.String({ format: "date", pattern: "^(?!0000)", maxLength: 10 });

/** The survey's short name in URLs. Not case-sensitive on input, stored in lower case. */
export const Slug = Type.String({ pattern: "^[A-Za-z0-9_-]+$", minLength: 1, maxLength: 128 });

/**
 * Text that can be stored as it is, 1 to `maxLength` characters. Postgres takes neither NUL nor half a surrogate pair, and a
 * text that was quietly mended would not be found again.
 */
export const Text = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: "^[^\\u0000\\p{Surrogate}]*$" });

/**
 * What people call a thing or themselves: `Text` on one line with something to see. No control characters or line breaks,
 * which would forge lines in logs and mails, and none of the controls that turn round the text after them (U+202A-202E,
 * U+2066-2069, Unicode TR 36 section 2.9).
 */
export const Name = (maxLength: number, minLength = 1) =>
  Type.String({
    minLength,
    maxLength,
    pattern: "^(?=.*[\\p{L}\\p{N}\\p{P}\\p{S}])[^\\p{Cc}\\p{Zl}\\p{Zp}\\p{Surrogate}\\u202A-\\u202E\\u2066-\\u2069]*$",
  });

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** Closed object: unknown members are refused, so that a misspelt or smuggled member is seen by its sender. */
export const Closed = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

/** One page of a list: `limit` 1..200 (default 50) and an opaque cursor from the previous page's `next`. */
export const PageQuery = {
  limit: Type.Optional(Type.String({ pattern: "^([1-9][0-9]?|1[0-9][0-9]|200)$" })),
  after: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
};

export const Page = <T extends TSchema>(item: T) => Closed({ data: Type.Array(item), next: Nullable(Type.String()) });

/** An answer that is not JSON, as text: a page, a script. The route sets the same `content-type`. */
export const Document = (mediaType: string) => Type.Unsafe<string>({ type: "string", "x-media-type": mediaType });

/** An answer of any size, sent as it is read. The route sets the same `content-type`. */
export const Streamed = (mediaType: string) =>
  Type.Unsafe<AsyncIterable<string>>({ type: "string", "x-media-type": mediaType });

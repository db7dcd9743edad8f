import { Problem } from "@roundtrip/http-problem/problem";

const sizeDefault = 50;

/** Where a page of a list that is ordered by UUID begins, and how long it is. */
export interface PageRequest {
  /** The id after which it begins; null for the first page. */
  readonly after: string | null;
  readonly size: number;
}

interface PageQuery {
  readonly limit?: string;
  readonly after?: string;
}

/** Reads `limit` and `after` of a query (contracts, `PageQuery`). Throws `invalid_request` for a cursor that is not ours. */
export const readPageRequest = (query: PageQuery): PageRequest => ({
  after: query.after === undefined ? null : parseCursor(query.after),
  size: query.limit === undefined ? sizeDefault : Number(query.limit),
});

const parseCursor = (cursor: string): string => {
  const id = Buffer.from(cursor, "base64url").toString();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  const msg = "must be the `next` of a page";
  throw new Problem("invalid_request", { detail: [{ loc: ["query", "after"], msg, type: "invalid_format" }] });
};

export interface Page<T> {
  readonly data: T[];
  /** Opaque to callers: the last item's id in base64url. */
  readonly next: string | null;
}

/** `rows` are `size + 1` at most: the one too many says that there is a next page. */
export const cutPage = <T>(rows: readonly T[], size: number, idOf: (row: T) => string): Page<T> => {
  const data = rows.slice(0, size);
  const last = data.at(-1);
  const hasMore = rows.length > size && last !== undefined;
  return { data, next: hasMore ? Buffer.from(idOf(last)).toString("base64url") : null };
};

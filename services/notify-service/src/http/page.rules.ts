/** Cursors of lists that are ordered by a UUID. Opaque to callers: the id of the last item, in base64url. */
export const cursorOf = (id: string): string => Buffer.from(id).toString("base64url");

/** Null for a cursor that we did not make. */
export const parseCursor = (cursor: string): string | null => {
  const id = Buffer.from(cursor, "base64url").toString();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null;
};

export const pageSize = (limit: string | undefined): number => (limit === undefined ? 50 : Number(limit));

/** Asks for one more than the page holds: its presence says that there is a next page. */
export const cutPage = <T>(
  rows: readonly T[],
  size: number,
  idOf: (row: T) => string,
): { data: T[]; next: string | null } => {
  const data = rows.slice(0, size);
  const last = data.at(-1);
  return { data, next: rows.length > size && last !== undefined ? cursorOf(idOf(last)) : null };
};

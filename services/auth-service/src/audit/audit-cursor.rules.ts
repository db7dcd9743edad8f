/** Opaque to callers: the position after which the next page begins, in base64url. */
export const formatAuditCursor = (position: number): string => btoa(String(position)).replaceAll("=", "");

/** Null for what `formatAuditCursor` has not made. */
export const parseAuditCursor = (cursor: string): number | null => {
  if (!/^[A-Za-z0-9]{1,22}$/.test(cursor) || cursor.length % 4 === 1) return null;
  const text = atob(cursor);
  return /^[1-9]\d{0,14}$/.test(text) && formatAuditCursor(Number(text)) === cursor ? Number(text) : null;
};

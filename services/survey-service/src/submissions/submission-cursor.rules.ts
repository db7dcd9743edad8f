interface Position {
  readonly txId: string;
  readonly submissionId: string;
}

/** Opaque to callers: transaction and id, in base64url. */
export const formatCursor = ({ txId, submissionId }: Position): string =>
  btoa(`${txId}:${submissionId}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Null for what `formatCursor` has not made. A transaction number has 64 bits, so 20 digits at most. */
export const parseCursor = (cursor: string): Position | null => {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(cursor) || cursor.length % 4 === 1) return null;
  const text = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  const match = /^(\d{1,20}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(text);
  const [, txId, submissionId] = match ?? [];
  if (txId === undefined || submissionId === undefined || BigInt(txId) >= 2n ** 64n) return null;
  return { txId, submissionId };
};

import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import pg from "pg";

/** A named prepared statement. One file per operation; the name is unique within a service. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** Only carries the row's type. */
  readonly row?: Row;
}

export const statement = <Row>(name: string, text: string): Statement<Row> => ({ name, text });

/** Anything that runs statements: the database itself (each statement its own transaction) or an open transaction. */
export interface Sql {
  query<Row>(statement: Statement<Row>, values: readonly unknown[]): Promise<Row[]>;
}

/** An open transaction. Required as first parameter by every write, so that no write can slip out of it. */
export interface Tx extends Sql {
  readonly inTransaction: true;
  /** Runs after the commit, never when it rolls back: the place for wake-up signals, not for work. */
  afterCommit(action: () => void): void;
}

export interface Database extends Sql {
  /** The pool that Prisma shares. */
  readonly pool: pg.Pool;
  /** Retries serialisation failures and deadlocks up to 3 times, so `work` may run more than once. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Throws `DependencyUnavailable` when the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly name: string;
  readonly poolSizeMax?: number;
  readonly onIdleError?: (error: Error) => void;
}

/**
 * Opens a pool. A statement may take 10 s, a connection 2 s; a database that is away is `DependencyUnavailable` and never
 * a raw driver error. The pool connects lazily, so a service can start before its database.
 */
export const openDatabase = (options: DatabaseOptions): Database => {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.name,
    max: options.poolSizeMax ?? 10,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 15_000,
    keepAlive: true,
  });
  // An idle connection that the server closes raises an error with nobody waiting for it.
  pool.on("error", (error) => options.onIdleError?.(error));
  return {
    pool,
    query: (wanted, values) => runStatement(pool, wanted, values),
    transaction: (work) => transactionWithRetry(pool, work),
    check: async () => {
      await runStatement(pool, pingStatement, []);
    },
    close: () => pool.end(),
  };
};

const pingStatement = statement<{ one: number }>("ping", "SELECT 1 AS one");

const runStatement = async <Row>(
  runner: pg.Pool | pg.PoolClient,
  wanted: Statement<Row>,
  values: readonly unknown[],
): Promise<Row[]> => {
  try {
    const result = await runner.query({ name: wanted.name, text: wanted.text, values: [...values] });
    // The statement's text and `Row` are written side by side in one file; the driver cannot know the row's type.
    return result.rows as Row[];
  } catch (error) {
    throw asUnavailable(error);
  }
};

const transactionAttemptsMax = 4;

const transactionWithRetry = async <T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runTransaction(pool, work);
    } catch (error) {
      if (attempt >= transactionAttemptsMax || !isTransient(error)) throw error;
    }
  }
};

const runTransaction = async <T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> => {
  const client = await pool.connect().catch((error: unknown) => {
    throw asUnavailable(error);
  });
  const actions: (() => void)[] = [];
  let broken: Error | undefined;
  // Between statements nobody waits on the client; without a listener a lost connection would end the process.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on("error", onError);
  try {
    await client.query("BEGIN");
    const result = await work({
      inTransaction: true,
      query: (wanted, values) => runStatement(client, wanted, values),
      afterCommit: (action) => void actions.push(action),
    });
    await client.query("COMMIT");
    for (const action of actions) action();
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw asUnavailable(error);
  } finally {
    client.removeListener("error", onError);
    client.release(broken);
  }
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** 40001 serialization_failure, 40P01 deadlock_detected. */
const isTransient = (error: unknown): boolean => ["40001", "40P01"].includes(codeOf(error));

/** Classes 08 (connection), 53 (resources), 57P (operator: shutdown, crash, not yet up), 58 (system) and socket errors. */
const awayCode = /^(08...|53...|57P0.|57014|58...|ECONN.*|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOENT|EHOSTUNREACH)$/;
const awayMessage =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|cannot use a pool after/i;

const asUnavailable = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof DependencyUnavailable) return error;
  if (awayCode.test(codeOf(error)) || awayMessage.test(error.message)) {
    return new DependencyUnavailable("database", { cause: error });
  }
  return error;
};

/** The violated constraint's name, when the error is a unique violation (23505). */
export const uniqueViolation = (error: unknown): string | null =>
  codeOf(error) === "23505" && error instanceof Error && "constraint" in error ? String(error.constraint) : null;

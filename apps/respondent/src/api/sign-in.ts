import { type Person, parsePerson } from "./access-token.ts";
import { failureOf, RequestFailed } from "./failure.ts";
import type { Send } from "./http.ts";

export interface SignInDeps {
  readonly send: Send;
  /** Runs one piece of work at a time across all tabs of this origin. */
  readonly lock: <T>(work: () => Promise<T>) => Promise<T>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/**
 * Who is signed in. The refresh token is a cookie that no script can read; the access token lives in this closure and
 * nowhere else, so that it is gone with the page.
 *
 * One page speaks for one person: when a refresh brings back somebody else, because another tab signed in, every call
 * fails with `other_person` until the page is loaded again.
 */
export interface SignIn {
  /** Signs the earlier person out, then this one in. */
  readonly byToken: (token: string) => Promise<Person>;
  readonly byPassword: (credentials: { surveyId: string; userName: string; password: string }) => Promise<Person>;
  /** Who the cookie says is here; null when nobody is. */
  readonly restore: () => Promise<Person | null>;
  /** A token that is good for at least half a minute. */
  readonly accessToken: () => Promise<string>;
  /** A newer token than the one that was refused. */
  readonly renew: (refused: string) => Promise<string>;
  readonly signOut: () => Promise<void>;
}

interface Current {
  readonly accessToken: string;
  readonly person: Person;
  readonly renewAt: number;
}

const renewBeforeSeconds = 30;

export const createSignIn = ({ send, lock, now }: SignInDeps): SignIn => {
  let current: Current | null = null;
  let pinned: string | null = null;
  let refreshing: Promise<Current> | null = null;

  const accept = (accessToken: string): Current => {
    const person = parsePerson(accessToken);
    if (person === null) throw new RequestFailed({ kind: "app" });
    if (pinned !== null && pinned !== person.subject) throw new RequestFailed({ kind: "other_person" });
    pinned = person.subject;
    // Measured from receipt, so that a wrong clock on the device does no harm.
    const renewAt = now() + Math.max(person.lifetimeSeconds - renewBeforeSeconds, 1) * 1000;
    current = { accessToken, person, renewAt };
    return current;
  };

  const requestRefresh = async (): Promise<Current> => {
    try {
      const { accessToken } = await send<{ accessToken: string }>({ method: "POST", path: "/refresh?delivery=cookie" });
      return accept(accessToken);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== "problem" || failure.status !== 401) throw error;
      current = null;
      throw new RequestFailed({ kind: "signed_out" }, error);
    }
  };

  const refresh = (): Promise<Current> => {
    refreshing ??= lock(requestRefresh).finally(() => {
      refreshing = null;
    });
    return refreshing;
  };

  const requestSignOut = async (): Promise<void> => {
    current = null;
    pinned = null;
    await send<unknown>({ method: "POST", path: "/signout?delivery=cookie" });
  };

  const signIn = (path: string, body?: unknown): Promise<Person> =>
    lock(async () => {
      // Nobody may be signed in yet, and a sign-out that fails must not keep the next person out: the new cookie
      // replaces the old one either way.
      await requestSignOut().catch(() => undefined);
      const { accessToken } = await send<{ accessToken: string }>({ method: "POST", path, body });
      return accept(accessToken).person;
    });

  return {
    byToken: (token) => signIn(`/signin/token/${encodeURIComponent(token)}?delivery=cookie`),
    byPassword: (credentials) => signIn("/signin/alias?delivery=cookie", credentials),
    restore: async () => {
      if (current !== null) return current.person;
      try {
        return (await refresh()).person;
      } catch (error) {
        if (failureOf(error).kind === "signed_out") return null;
        throw error;
      }
    },
    accessToken: async () => (current !== null && now() < current.renewAt ? current : await refresh()).accessToken,
    renew: async (refused) =>
      (current !== null && current.accessToken !== refused ? current : await refresh()).accessToken,
    signOut: () =>
      lock(() =>
        requestSignOut().catch((error: unknown) => {
          const failure = failureOf(error);
          // Nobody was signed in any more, which is what was asked for.
          if (failure.kind !== "problem" || failure.status !== 401) throw error;
        }),
      ),
  };
};

/** Web Locks where the browser has them; in an insecure context it has none, and one tab is then on its own. */
export const createTabLock =
  (locks: LockManager | undefined): SignInDeps["lock"] =>
  <T>(work: () => Promise<T>): Promise<T> =>
    // The DOM's types say that `request` gives `any`-typed promises of the callback's own result.
    locks === undefined ? work() : (locks.request("roundtrip-sign-in", work) as Promise<T>);

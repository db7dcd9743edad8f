import { useCallback, useEffect, useState } from "preact/hooks";
import { type Failure, failureOf } from "../api/failure.ts";

export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly failure: Failure }
  | { readonly state: "ready"; readonly value: T };

/**
 * Loads once per `key` and on every `reload`; an answer that comes after its time is dropped. With a value in hand
 * nothing is loaded until `reload`.
 */
export const useLoad = <T>(
  key: string,
  load: () => Promise<T>,
  inHand: T | null = null,
): readonly [Loaded<T>, () => void] => {
  const [loaded, setLoaded] = useState<Loaded<T>>(
    inHand === null ? { state: "loading" } : { state: "ready", value: inHand },
  );
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` and `round` say when to load; `load` is new on every render.
  useEffect(() => {
    if (inHand !== null && round === 0) return undefined;
    let current = true;
    setLoaded({ state: "loading" });
    load().then(
      (value) => current && setLoaded({ state: "ready", value }),
      (error: unknown) => current && setLoaded({ state: "failed", failure: failureOf(error) }),
    );
    return () => {
      current = false;
    };
  }, [key, round]);
  return [loaded, useCallback(() => setRound((one) => one + 1), [])];
};

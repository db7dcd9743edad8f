import type { Database } from "@roundtrip/database/database";
import type { OpenDelivery } from "../deliveries/open-delivery.ts";
import { fullBody } from "./event-body.rules.ts";
import { keepFullBodies } from "./full-body.store.ts";

export type Submission = Readonly<Record<string, unknown>>;

export interface FullBodyDeps {
  readonly db: Database;
  /** By submission id; those that are gone are left out. At most `submissionsPerRequest` ids. */
  readonly findSubmissions: (
    workspaceId: string,
    submissionIds: readonly string[],
  ) => Promise<ReadonlyMap<string, Submission>>;
}

/** Answers of a megabyte are the broker's limit; this many submissions stay below it. */
const submissionsPerRequest = 25;
const gatherMs = 2;
const keptMax = 500;

interface Wish {
  readonly delivery: OpenDelivery;
  readonly submissionId: string;
  readonly resolve: (body: string) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Finds the body with the submission of an event. It is made once, before the first attempt that needs it, and stored:
 * every attempt and every webhook gets the same text. Made then and not when the event comes in, so that survey-service
 * being away holds up nobody but those who want its answers. Wishes of 2 ms share a request.
 */
export const createFullBodyFinder = (deps: FullBodyDeps): ((delivery: OpenDelivery) => Promise<string>) => {
  const kept = new Map<string, Promise<string>>();
  let wishes: Wish[] = [];
  const find = (delivery: OpenDelivery, submissionId: string) =>
    new Promise<string>((resolve, reject) => {
      if (wishes.length === 0) {
        setTimeout(() => {
          const gathered = wishes;
          wishes = [];
          for (const group of groupWishes(gathered)) fulfil(deps, group);
        }, gatherMs);
      }
      wishes.push({ delivery, submissionId, resolve, reject });
    });
  return (delivery) => {
    const known = kept.get(delivery.eventId);
    if (known) return known;
    if (delivery.submissionId === null) return Promise.resolve(delivery.body);
    const found = find(delivery, delivery.submissionId);
    kept.set(delivery.eventId, found);
    const [oldest] = kept.keys();
    if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
    found.catch(() => kept.delete(delivery.eventId));
    return found;
  };
};

/** By workspace, because nobody may ask for another workspace's submissions; and not too many at once. */
const groupWishes = (wishes: readonly Wish[]): readonly (readonly Wish[])[] => {
  const groups: Wish[][] = [];
  for (const wish of wishes) {
    const group = groups.find(
      ([first, ...others]) =>
        first?.delivery.workspaceId === wish.delivery.workspaceId && others.length + 1 < submissionsPerRequest,
    );
    if (group) group.push(wish);
    else groups.push([wish]);
  }
  return groups;
};

const fulfil = (deps: FullBodyDeps, wishes: readonly Wish[]): void => {
  makeBodies(deps, wishes).then(
    (bodies) => {
      for (const wish of wishes) {
        const body = bodies.get(wish.delivery.eventId);
        if (body === undefined) wish.reject(new Error("the event of a delivery is gone"));
        else wish.resolve(body);
      }
    },
    (error: unknown) => {
      for (const wish of wishes) wish.reject(error);
    },
  );
};

const makeBodies = async (deps: FullBodyDeps, wishes: readonly Wish[]): Promise<ReadonlyMap<string, string>> => {
  const [first] = wishes;
  if (!first) return new Map();
  const submissions = await deps.findSubmissions(first.delivery.workspaceId, [
    ...new Set(wishes.map((wish) => wish.submissionId)),
  ]);
  return keepFullBodies(
    deps.db,
    wishes.map(({ delivery, submissionId }) => ({
      eventId: delivery.eventId,
      eventCreatedAt: delivery.eventCreatedAt,
      fullBody: fullBody(delivery.body, submissions.get(submissionId) ?? null),
    })),
  );
};

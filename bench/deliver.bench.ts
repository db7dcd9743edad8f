import { createHmac, randomBytes } from "node:crypto";
import { type LocalStack, startLocalStack } from "@roundtrip/test-harness/local-stack";
import pg from "pg";
import { Pool } from "undici";
import { uuidv7 } from "uuidv7";
import { type BenchStudy, post, setUpBenchStudy } from "./bench-study.ts";
import { type BenchChild, startChild } from "./child-process.ts";
import { describeUsage, usageOf } from "./create-user.bench.ts";
import { describeRounds } from "./paired-rounds.ts";

const webhooks = 50;
const eventsPerRound = 300;
const deliveriesPerRound = webhooks * eventsPerRound;
const rounds = 5;
const floorInFlight = 256;

/**
 * Outbox rows of one round are committed at once; the clock runs until the receiver has everything: relay, broker, inbox,
 * planning, signing, sending and recording are all in it. The floor is a bare loop of signed `undici.request` calls.
 */
export const benchDeliver = async (): Promise<void> => {
  const stack = await startLocalStack();
  const receiver = await startChild("receiver.child.ts", {});
  try {
    const study = await setUpBenchStudy(stack);
    for (let index = 0; index < webhooks; index += 1) {
      const url = `http://127.0.0.1:${receiver.port}/hook/${index}`;
      await post(stack, {
        path: "/v2/webhooks",
        headers: study.machine,
        body: {
          url,
          event_types: ["session.completed"],
          format: "standard",
          payload: "thin",
        },
      });
    }
    await compare(stack, study, receiver);
  } finally {
    await receiver.stop();
    await stack.stop();
  }
};

const compare = async (stack: LocalStack, study: BenchStudy, receiver: BenchChild): Promise<void> => {
  const counter = createCounter(receiver);
  const client = new pg.Client({ connectionString: stack.databaseUrls.survey });
  await client.connect();
  try {
    await deliverRound(client, study, counter);
    const pairs: { ours: number; floor: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const floor = await floorRound(receiver, counter);
      const before = usageOf(stack);
      const ours = await deliverRound(client, study, counter);
      pairs.push({ ours, floor });
      console.log(`round ${round + 1}: ${Math.round(ours)} deliveries/s, floor ${Math.round(floor)}/s`);
      if (round === rounds - 1) console.log(describeUsage(before, usageOf(stack)));
    }
    console.log(
      describeRounds({
        name: `deliver, ${webhooks} webhooks`,
        floorName: "a bare loop of signed undici.request calls",
        pairs,
      }),
    );
  } finally {
    await client.end();
  }
};

interface Counter {
  count(): number;
  /** Resolves with the time, in ms since the epoch, at which the count was reached. */
  reached(count: number): Promise<number>;
}

const createCounter = (receiver: BenchChild): Counter => {
  let seen = 0;
  let waiting: { count: number; done: (at: number) => void } | null = null;
  receiver.onMessage((message) => {
    if (typeof message !== "object" || message === null || !("count" in message) || !("at" in message)) return;
    seen = Number(message.count);
    if (waiting && seen >= waiting.count) {
      waiting.done(Number(message.at));
      waiting = null;
    }
  });
  return {
    count: () => seen,
    reached: (count) =>
      new Promise((resolve, reject) => {
        waiting = { count, done: resolve };
        setTimeout(() => reject(new Error(`only ${seen} of ${count} arrived within 60 s`)), 60_000).unref();
      }),
  };
};

const deliverRound = async (client: pg.Client, study: BenchStudy, counter: Counter): Promise<number> => {
  const rows = Array.from({ length: eventsPerRound }, () => createEvent(study));
  const arrived = counter.reached(counter.count() + deliveriesPerRound);
  const startedAt = Date.now();
  await client.query(
    "INSERT INTO outbox (event_id, type, workspace_id, body) SELECT id, $2, $3, body FROM unnest($1::uuid[], $4::text[]) AS u (id, body)",
    [rows.map((row) => row.id), "survey.session.completed.v1", study.workspaceId, rows.map((row) => row.body)],
  );
  return (deliveriesPerRound / ((await arrived) - startedAt)) * 1_000;
};

const createEvent = (study: BenchStudy): { id: string; body: string } => {
  const id = uuidv7();
  const data = {
    session_id: uuidv7(),
    survey: study.slug,
    survey_id: study.surveyId,
    user_id: uuidv7(),
    external_user_id: null,
    username: `u-${id}`,
    status: "completed",
    sequence: 4,
    submission_id: uuidv7(),
  };
  const envelope = {
    specversion: "1.0",
    id,
    source: "/survey-service",
    type: "survey.session.completed.v1",
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    workspaceid: study.workspaceId,
    data,
  };
  return { id, body: JSON.stringify(envelope) };
};

const floorRound = async (receiver: BenchChild, counter: Counter): Promise<number> => {
  const pool = new Pool(`http://127.0.0.1:${receiver.port}`, { connections: floorInFlight, pipelining: 1 });
  const secret = randomBytes(32);
  const body = JSON.stringify({
    type: "session.completed",
    timestamp: new Date().toISOString(),
    data: { session_id: uuidv7(), username: "floor", pad: "x".repeat(300) },
  });
  const arrived = counter.reached(counter.count() + deliveriesPerRound);
  const startedAt = Date.now();
  let left = deliveriesPerRound;
  const walk = async () => {
    while (left > 0) {
      left -= 1;
      const id = uuidv7();
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signature = `v1,${createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
      const headers = {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
      };
      const answer = await pool.request({ method: "POST", path: "/floor", headers, body });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: floorInFlight }, walk));
  const perSecond = (deliveriesPerRound / ((await arrived) - startedAt)) * 1_000;
  await pool.close();
  return perSecond;
};

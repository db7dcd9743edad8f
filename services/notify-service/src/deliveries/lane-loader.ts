import type { Database } from "@roundtrip/database/database";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { openSecrets } from "../webhooks/open-secrets.ts";
import { listUsableSecrets, type OpenableSecret } from "../webhooks/webhook-secret.store.ts";
import { ownFaultPauseMs } from "./delivery.rules.ts";
import type { EngineLog } from "./engine-log.ts";
import type { HeldDeliveries } from "./held-deliveries.ts";
import { giveUpDeliveries, type LaneRow, type LaneSettingsRow, listLaneSettings, loadLanes } from "./lane.store.ts";
import type { Lane } from "./lane.ts";

export interface LaneLoaderOptions {
  readonly db: Database;
  readonly keyring: Keyring;
  readonly log: EngineLog;
  readonly held: HeldDeliveries;
  /** The lane has something new. */
  readonly onLoaded: (lane: Lane) => void;
  /** A retry is to be looked at again at that time. */
  readonly onWaiting: (lane: Lane, atMs: number) => void;
  /** The webhook is disabled, deleted or unknown, and nothing of it is open any more. */
  readonly onGivenUp: (lane: Lane) => void;
}

/** Rows of one lane that wait in memory; the rest of a backlog stays in the database. */
export const queueMax = 32;
/** Fetched again when fewer than this wait. */
const queueLow = 8;
/** Rows of all lanes in memory. */
export const heldMax = 20_000;
const lanesPerLoad = 100;
/** Settings are read again after this time, in case a nudge was lost. */
const settingsMs = 10_000;
const giveUpMax = 1_000;
const waitMsMax = 2_000;

/** Brings rows and settings from the database into the lanes that ask for them, up to a hundred lanes at a time. */
export class LaneLoader {
  readonly #options: LaneLoaderOptions;
  readonly #wanted = new Set<Lane>();
  #running: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: LaneLoaderOptions) {
    this.#options = options;
  }

  /** Asks for the lane when it lacks something that the database may have. */
  wantIfNeeded(lane: Lane, nowMs: number): void {
    const canTakeRows = lane.settings !== null && this.#options.held.size < heldMax;
    if (!lane.isClosed && (lacksSettings(lane, nowMs) || (canTakeRows && lacksRows(lane)))) this.#want(lane);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  #want(lane: Lane): void {
    if (this.#isStopped) return;
    this.#wanted.add(lane);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    let waitMs = 50;
    while (this.#wanted.size > 0 && !this.#isStopped) {
      const lanes = [...this.#wanted].slice(0, lanesPerLoad);
      for (const lane of lanes) this.#wanted.delete(lane);
      try {
        await this.#load(lanes.filter((lane) => !lane.isClosed));
        waitMs = 50;
      } catch (error) {
        for (const lane of lanes) this.#wanted.add(lane);
        const level = error instanceof DependencyUnavailable ? "warn" : "error";
        this.#options.log[level]({ err: error, lanes: lanes.length }, "deliveries cannot be loaded now");
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        waitMs = Math.min(waitMs * 2, waitMsMax);
      }
    }
    // In the same turn as the last look at `#wanted`: whoever comes after it begins anew.
    this.#running = null;
  }

  async #load(lanes: readonly Lane[]): Promise<void> {
    const nowMs = performance.now();
    await this.#loadSettings(lanes.filter((lane) => lacksSettings(lane, nowMs)));
    await this.#loadRows(lanes.filter((lane) => lane.settings !== null && !lane.isClosed && lacksRows(lane)));
    for (const lane of lanes) {
      if (!lane.isClosed) this.#options.onLoaded(lane);
    }
  }

  async #loadSettings(lanes: readonly Lane[]): Promise<void> {
    if (lanes.length === 0) return;
    const { db } = this.#options;
    const versions = new Map(lanes.map((lane) => [lane, lane.settingsVersion]));
    const webhookIds = lanes.map((lane) => lane.webhookId);
    const loadedAtMs = performance.now();
    const rows = new Map((await listLaneSettings(db, webhookIds)).map((row) => [row.webhookId, row]));
    const secrets = await listUsableSecrets(db, webhookIds);
    for (const lane of lanes) {
      const row = rows.get(lane.webhookId);
      if (!row?.isEnabled) await this.#giveUp(lane);
      else if (versions.get(lane) !== lane.settingsVersion) this.#wanted.add(lane);
      else
        this.#applySettings(lane, {
          row,
          secrets: secrets.filter((each) => each.webhookId === lane.webhookId),
          loadedAtMs,
        });
    }
  }

  #applySettings(lane: Lane, { row, secrets, loadedAtMs }: Loaded): void {
    const { url, maxInFlight, timeoutMs } = row;
    lane.isFailing ??= row.isFailing;
    try {
      const keys = openSecrets(this.#options.keyring, secrets);
      lane.settings = {
        url,
        maxInFlight,
        timeoutMs,
        keys,
        loadedAtMs,
        payload: row.payload === "full" ? "full" : "thin",
      };
    } catch (error) {
      // Ours: a key is missing. The deliveries stay as they are until it is there.
      lane.settings = null;
      lane.ownFaultsInARow += 1;
      lane.pausedUntilMs = performance.now() + ownFaultPauseMs(lane.ownFaultsInARow);
      this.#options.log.error({ err: error, webhookId: lane.webhookId }, "a webhook's secret cannot be opened");
    }
  }

  async #giveUp(lane: Lane): Promise<void> {
    lane.settings = null;
    for (const { id } of lane.clearQueues()) {
      this.#options.held.release(id);
      lane.heldIds.delete(id);
    }
    for (;;) {
      const options = { underWay: [...lane.heldIds], rowsMax: giveUpMax };
      const ended = await giveUpDeliveries(this.#options.db, lane.webhookId, options);
      if (ended.length < giveUpMax) break;
    }
    this.#options.onGivenUp(lane);
  }

  async #loadRows(lanes: readonly Lane[]): Promise<void> {
    const { db, held } = this.#options;
    if (lanes.length === 0 || held.size >= heldMax) return;
    // What is in memory already comes back first, because it is the oldest.
    const wishes = lanes.map((lane) => ({
      shard: lane.shard,
      webhookId: lane.webhookId,
      rowsMax: queueMax + lane.heldIds.size,
    }));
    await held.whileLoading(async () => {
      const rows = await loadLanes(db, wishes);
      const nowMs = performance.now();
      for (const [index, lane] of lanes.entries()) {
        const own = rows.filter((row) => row.webhookId === lane.webhookId);
        if (!lane.isClosed) this.#applyRows(lane, own, { rowsMax: wishes[index]?.rowsMax ?? 0, nowMs });
      }
    });
  }

  #applyRows(
    lane: Lane,
    rows: readonly LaneRow[],
    { rowsMax, nowMs }: { readonly rowsMax: number; readonly nowMs: number },
  ): void {
    const firstTries = rows.filter((row) => row.attempt === 0);
    const retries = rows.filter((row) => row.attempt > 0).sort((one, other) => one.dueInMs - other.dueInMs);
    const waiting = retries.find((row) => row.dueInMs > 0);
    lane.moreFirstTries = firstTries.length >= rowsMax;
    lane.moreRetries = retries.length >= rowsMax && !waiting;
    if (waiting) this.#options.onWaiting(lane, nowMs + waiting.dueInMs);
    for (const row of firstTries) this.#queue(lane, row);
    for (const row of retries) if (row.dueInMs <= 0) this.#queue(lane, row);
  }

  #queue(lane: Lane, row: LaneRow): void {
    if (!this.#options.held.add(row.id)) return;
    lane.heldIds.add(row.id);
    (row.attempt === 0 ? lane.firstTries : lane.retries).push(row);
  }
}

interface Loaded {
  readonly row: LaneSettingsRow;
  readonly secrets: readonly OpenableSecret[];
  readonly loadedAtMs: number;
}

const lacksRows = (lane: Lane): boolean =>
  (lane.moreFirstTries && lane.firstTries.length < queueLow) || (lane.moreRetries && lane.retries.length < queueLow);

const lacksSettings = (lane: Lane, nowMs: number): boolean =>
  lane.pausedUntilMs <= nowMs && (lane.settings === null || nowMs - lane.settings.loadedAtMs > settingsMs);

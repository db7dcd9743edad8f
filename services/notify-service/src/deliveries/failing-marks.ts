import type { Database } from "@roundtrip/database/database";
import { markWebhooks } from "./attempt.store.ts";
import type { EngineLog } from "./engine-log.ts";
import type { Lane } from "./lane.ts";

const gatherMs = 50;

/** Keeps `webhooks.failing_since`: written when failures begin and when they end, not with every result. */
export class FailingMarks {
  readonly #db: Database;
  readonly #log: EngineLog;
  readonly #changed = new Set<Lane>();
  #writing: Promise<void> | null = null;

  constructor(db: Database, log: EngineLog) {
    this.#db = db;
    this.#log = log;
  }

  note(lane: Lane, isFailing: boolean): void {
    if (lane.isFailing === isFailing) return;
    lane.isFailing = isFailing;
    this.#changed.add(lane);
    this.#writing ??= this.#write();
  }

  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#changed.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const lanes = [...this.#changed];
      this.#changed.clear();
      const idsOf = (isFailing: boolean) =>
        lanes.filter((lane) => lane.isFailing === isFailing).map((lane) => lane.webhookId);
      try {
        await markWebhooks(this.#db, idsOf(true), "failing");
        await markWebhooks(this.#db, idsOf(false), "working");
      } catch (error) {
        // Not known any more: the next result says it again.
        for (const lane of lanes) lane.isFailing = null;
        this.#log.warn({ err: error }, "webhooks' failing marks are late");
      }
    }
    this.#writing = null;
  }
}

import { streamName, streamSubjects } from "@roundtrip/contracts/subjects";
import { type JetStreamManager, type NatsConnection, NatsError, nanos, type StreamConfig, type StreamInfo } from "nats";
import type { BusLog } from "./bus-log.ts";

export interface StreamSettings {
  /** Copies in the cluster: 1 on one server, 3 on three. */
  readonly replicas: number;
  readonly maxAgeMs: number;
  readonly duplicateWindowMs: number;
}

/** JetStream error codes, from `server/errors.json` of nats-server. */
const streamNotFound = 10_059;
const streamNameInUse = 10_058;
const apiTimeoutMs = 2_000;

export const openManager = (connection: NatsConnection): Promise<JetStreamManager> =>
  connection.jetstreamManager({ checkAPI: false, timeout: apiTimeoutMs });

export const hasErrorCode = (error: unknown, code: number): boolean =>
  error instanceof NatsError && error.api_error?.err_code === code;

/** The one stream of all events. It is made when it is missing, at any time: a broker may lose its disk. */
export class NatsStream {
  readonly #settings: StreamSettings;
  readonly #log: BusLog;
  #ensuring: Promise<StreamInfo> | null = null;

  constructor(settings: StreamSettings, log: BusLog) {
    this.#settings = settings;
    this.#log = log;
  }

  /** Creates the stream, or brings its settings up to date. Callers at the same time share one attempt. */
  ensure(connection: NatsConnection): Promise<StreamInfo> {
    this.#ensuring ??= this.#ensure(connection).finally(() => {
      this.#ensuring = null;
    });
    return this.#ensuring;
  }

  async #ensure(connection: NatsConnection): Promise<StreamInfo> {
    const manager = await openManager(connection);
    const existing = (await findStream(manager)) ?? (await this.#create(manager));
    const changes = this.#changes(existing.config);
    if (Object.keys(changes).length === 0) return existing;
    this.#log.warn({ changes }, "the settings of the event stream are brought up to date");
    return manager.streams.update(streamName, changes);
  }

  async #create(manager: JetStreamManager): Promise<StreamInfo> {
    try {
      const created = await manager.streams.add({ name: streamName, ...this.#wanted() });
      this.#log.warn({ createdAt: created.created }, "the event stream was missing and is made");
      return created;
    } catch (error) {
      // Another process was first, with other settings; that one is brought up to date like any existing stream.
      if (hasErrorCode(error, streamNameInUse)) return manager.streams.info(streamName);
      throw error;
    }
  }

  #wanted() {
    const { replicas, maxAgeMs, duplicateWindowMs } = this.#settings;
    return {
      subjects: [...streamSubjects],
      num_replicas: replicas,
      max_age: nanos(maxAgeMs),
      duplicate_window: nanos(duplicateWindowMs),
    } satisfies Partial<StreamConfig>;
  }

  #changes(actual: StreamConfig): Partial<StreamConfig> {
    const wanted = this.#wanted();
    return {
      ...(String(actual.subjects) === String(wanted.subjects) ? {} : { subjects: wanted.subjects }),
      ...(actual.num_replicas === wanted.num_replicas ? {} : { num_replicas: wanted.num_replicas }),
      ...(actual.max_age === wanted.max_age ? {} : { max_age: wanted.max_age }),
      ...(actual.duplicate_window === wanted.duplicate_window ? {} : { duplicate_window: wanted.duplicate_window }),
    };
  }
}

const findStream = async (manager: JetStreamManager): Promise<StreamInfo | null> => {
  try {
    return await manager.streams.info(streamName);
  } catch (error) {
    if (hasErrorCode(error, streamNotFound)) return null;
    throw error;
  }
};

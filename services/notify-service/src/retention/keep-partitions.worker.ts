import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import { type KeepPartitions, keepPartitions } from "./keep-partitions.ts";

const everyMs = 3_600_000;

export const keepPartitionsWorker = (deps: Omit<KeepPartitions, "now">): Worker => ({
  name: "notify-service-keep-partitions",
  run: async (signal) => {
    while (!signal.aborted) {
      await keepPartitions({ ...deps, now: new Date() });
      await pause(everyMs, signal);
    }
  },
});

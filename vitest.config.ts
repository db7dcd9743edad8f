import { defineConfig } from "vitest/config";

// Source is read directly, never a stale build: the `source` condition of the workspaces' exports. Vite's own list must be
// repeated, and `externalConditions` becomes Node's flag, where naming `import` would break `require` of dual packages.
const resolve = { conditions: ["source", "module", "node", "default"], externalConditions: ["source"] };
const shared = { resolve, ssr: { resolve }, environments: { __vitest__: { resolve } } };

export default defineConfig({
  ...shared,
  test: {
    maxWorkers: 2,
    // The second is for `.ci/run`, which counts from it.
    reporters: ["default", ["json", { outputFile: ".cache/test-results.json" }]],
    projects: [
      {
        ...shared,
        test: {
          name: "rules",
          include: [
            "packages/{contracts,secret-box,password-hash,http-problem,http-operation,service-runner,access-token}/src/**/*.test.ts",
            "{packages,services}/*/src/**/*.rules.test.ts",
            "apps/*/src/**/*.test.ts",
          ],
          testTimeout: 30_000,
        },
      },
      {
        ...shared,
        test: {
          name: "services",
          include: [
            "packages/{database,migrations,outbox,event-bus,test-harness}/src/**/*.test.ts",
            "services/*/src/**/*.test.ts",
            "examples/*/src/**/*.test.ts",
          ],
          exclude: ["**/*.rules.test.ts", "**/node_modules/**"],
          globalSetup: ["packages/test-harness/src/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: "guards",
          include: ["tools/**/*.test.ts"],
          testTimeout: 120_000,
          globalSetup: ["packages/test-harness/src/global-setup.ts"],
        },
      },
      {
        ...shared,
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // After everything else: a browser and five processes are load enough.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

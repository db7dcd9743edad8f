import { createLogger } from "@roundtrip/service-runner/logger";
import { stopOnSignals } from "@roundtrip/service-runner/run-services";
import { readStandaloneConfig } from "./config.ts";
import { startDemo } from "./demo.ts";
import { startStandalone } from "./standalone.ts";
import { describeStart } from "./start-message.ts";

const start = async (): Promise<void> => {
  const config = readStandaloneConfig(process.env);
  const log = createLogger("roundtrip", config.LOG_LEVEL);
  const standalone = await startStandalone(config, log);
  try {
    const demo = config.DEMO ? await startDemo(config, standalone) : null;
    console.log(describeStart({ config, standalone, demo }));
    const stop = async () => {
      await demo?.stop();
      await standalone.stop();
    };
    stopOnSignals({ stop }, log);
  } catch (error) {
    await standalone.stop();
    throw error;
  }
};

start().catch((error: unknown) => {
  console.error(`Roundtrip did not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});

import { type DestinationStream, type Logger, pino } from "pino";

/** Structured logs on stdout. Headers and bodies are never logged; these paths are a second wall. */
export const createLogger = (name: string, level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      name,
      level,
      redact: {
        paths: [
          "*.authorization",
          "*.cookie",
          "*.password",
          "*.token",
          "*.secret",
          "*.refreshToken",
          "*.accessToken",
          "headers",
        ],
        censor: "***",
      },
    },
    ...(destination ? [destination] : []),
  );

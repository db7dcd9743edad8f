import { type DestinationStream, type Logger, pino } from "pino";

/** Structured logs on stdout. Headers and bodies are never logged; these paths are a second wall. */
export const createLogger = (name: string, level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      name,
      level,
      // Drivers hang their whole connection on an error; the log gets what tells the story and nothing else.
      serializers: { err: describeError, cause: describeError },
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

const describeError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...("code" in error ? { code: error.code } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
};

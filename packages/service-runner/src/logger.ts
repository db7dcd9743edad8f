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
      hooks: { streamWrite: maskCredentials },
    },
    ...(destination ? [destination] : []),
  );

/**
 * Keys and tokens of ours have one shape (services/auth-service/README.md), so one that found its way into a message, an
 * error's text or any member is masked in the finished line; what lists show of it stays.
 */
const maskCredentials = (line: string): string =>
  line.replaceAll(/(rt_(?:live|dev|pat)_[0-9A-Za-z]{6})[0-9A-Za-z]{43}/g, "$1***");

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

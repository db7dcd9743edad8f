/** Where a driver says what it met; a pino logger fits. Message bodies are never logged. */
export interface BusLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const ignore = () => undefined;
export const silentLog: BusLog = { info: ignore, warn: ignore, error: ignore };

import type { BusLog } from "./bus-log.ts";

export type OnAnnouncement = (body: string) => void;

/** A listener's throw is its own: it must not end the connection that the message came over. */
export const shieldListener =
  (subject: string, onMessage: OnAnnouncement, log: BusLog): OnAnnouncement =>
  (body) => {
    try {
      onMessage(body);
    } catch (error) {
      log.error({ err: error, subject }, "a listener threw");
    }
  };

import type { EventBus } from "@roundtrip/event-bus/event-bus";

/** The same bus; `onMessage` sees what is published, asked, answered and announced on it. */
export const tapBus = (bus: EventBus, onMessage: (text: string) => void): EventBus => ({
  ...bus,
  publish: (message) => {
    onMessage(JSON.stringify(message));
    return bus.publish(message);
  },
  request: async (subject, body, timeoutMs) => {
    onMessage(`${subject} ${body}`);
    const reply = await bus.request(subject, body, timeoutMs);
    onMessage(reply);
    return reply;
  },
  announce: (subject, body) => {
    onMessage(`${subject} ${body}`);
    bus.announce(subject, body);
  },
});

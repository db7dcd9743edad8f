/** Codes of notify-service. */
export const notifyProblems = {
  webhook_not_found: { status: 404, title: "There is no such webhook" },
  delivery_not_found: { status: 404, title: "There is no such delivery" },
  webhook_limit_reached: { status: 409, title: "The workspace has as many webhooks as it may have" },
  webhook_refused: { status: 422, title: "The webhook cannot be used as it is" },
} as const satisfies Record<string, { status: number; title: string }>;

/** One row of `deliveries` with what an attempt needs, as the engine holds it in memory. */
export interface OpenDelivery {
  /** `deliveries.id`, a bigint. */
  readonly id: string;
  readonly deliveryId: string;
  readonly eventId: string;
  readonly eventCreatedAt: Date;
  readonly webhookId: string;
  readonly workspaceId: string;
  readonly shard: number;
  /** Attempts made so far; also the fence of the next result. */
  readonly attempt: number;
  readonly submissionId: string | null;
  readonly body: string;
  /** The body with the submission, when it has been made. */
  readonly fullBody: string | null;
}

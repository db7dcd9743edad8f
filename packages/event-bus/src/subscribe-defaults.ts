export const defaultBatchSizeMax = 200;
export const defaultAckWaitMs = 30_000;

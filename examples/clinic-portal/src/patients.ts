import { scoreGad7 } from "./gad-7.ts";

export interface Patient {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  state: "invited" | "answering" | "done";
  /** GAD-7, 0..21. */
  score: number | null;
}

/** The members of a `session.*` webhook that the clinic uses. */
export interface SessionEvent {
  readonly type: string;
  readonly data: {
    readonly session_id: string;
    readonly username: string;
    readonly sequence: number;
    /** Once the answers are stored. */
    readonly submission_id?: string | null;
  };
}

export interface PatientsDeps {
  readonly getAnswers: (submissionId: string) => Promise<Record<string, unknown>>;
  readonly onChange: (patients: readonly Patient[]) => void;
}

const people = { "1001": "Maya Lindqvist", "1002": "Tomas Okafor", "1003": "Ingrid Bauer" };

/** The clinic's list, and what it learns from webhooks. */
export const createPatients = ({ getAnswers, onChange }: PatientsDeps) => {
  const patients = Object.entries(people).map(
    ([id, name]): Patient => ({ id, name, username: `riverside-${id}`, state: "invited", score: null }),
  );
  const sequences = new Map<string, number>();
  const received = new Map<string, Promise<void>>();

  /** What comes late or again is dropped by its `sequence`. */
  const learn = async ({ type, data }: SessionEvent): Promise<void> => {
    const patient = patients.find(({ username }) => username === data.username);
    const isNews = data.sequence > (sequences.get(data.session_id) ?? 0);
    if (patient === undefined || !type.startsWith("session.") || !isNews) return;
    const answers = data.submission_id ? await getAnswers(data.submission_id) : null;
    if (answers !== null) Object.assign(patient, { state: "done", score: scoreGad7(answers) });
    else patient.state = type === "session.cancelled" || type === "session.expired" ? "invited" : "answering";
    sequences.set(data.session_id, data.sequence);
    onChange(patients);
  };

  return {
    list: (): readonly Patient[] => patients,
    find: (member: "id" | "username", value: unknown) => patients.find((patient) => patient[member] === value),
    /** A webhook may come twice, even at once: each id is learnt from once. A failure is thrown and forgotten. */
    learnOnce: (webhookId: string, event: SessionEvent): Promise<void> => {
      const learning = received.get(webhookId) ?? learn(event);
      received.set(webhookId, learning);
      learning.catch(() => received.delete(webhookId));
      return learning;
    },
  };
};

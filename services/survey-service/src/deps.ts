import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { Outbox } from "@roundtrip/outbox/outbox";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import type { FastifyBaseLogger } from "fastify";
import type { AnswerChecker } from "./answers/check-answers.ts";
import type { Definitions } from "./answers/definitions.ts";
import type { AuthenticationTokens } from "./respondents/authentication-token.ts";
import type { CreateUserGates } from "./respondents/create-user-gates.ts";
import type { TicketKeys } from "./return/ticket-keys.ts";
import type { Prisma } from "./store/survey-db.ts";

/** What the routes, use cases and workers of this service are made from. Each asks for the part it needs. */
export interface SurveyDeps {
  readonly db: Database;
  /** Plain reads and writes, on the same pool as `db`. */
  readonly prisma: Prisma;
  readonly outbox: Outbox;
  readonly bus: EventBus;
  readonly keyring: Keyring;
  readonly passwords: PasswordHasher;
  readonly authenticationTokens: AuthenticationTokens;
  /** Surveys and their opened secrets, kept for a second; whoever changes a survey makes it forget. */
  readonly createUserGates: CreateUserGates;
  /** Published definitions, kept because they never change. */
  readonly definitions: Definitions;
  /** Threads that run the surveys' own logic over answers. */
  readonly answers: AnswerChecker;
  /** What return tickets are signed with. */
  readonly ticketKeys: TicketKeys;
  readonly log: FastifyBaseLogger;
  readonly clock: () => Date;
  /** The one origin the world sees, without a trailing slash. */
  readonly publicUrl: string;
  /** Folder with the respondent app's build. */
  readonly webDirectory: string;
}

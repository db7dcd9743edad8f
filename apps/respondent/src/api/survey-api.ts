import { failureOf, RequestFailed } from "./failure.ts";
import type { JsonRequest, Send } from "./http.ts";
import type { SignIn } from "./sign-in.ts";
import type {
  Answers,
  CreatedUser,
  PublicSurvey,
  Session,
  Submitted,
  SurveyParameters,
  UserInfo,
} from "./survey-shapes.ts";

export interface SurveyApiDeps {
  readonly send: Send;
  readonly signIn: SignIn;
  /** Minutes that UTC is ahead of local time, as `Date.getTimezoneOffset` gives them. */
  readonly timezoneOffsetMinutes: () => number;
}

export interface SaveAnswers {
  readonly sessionId: string;
  readonly data: Answers;
}

export type SurveyApi = ReturnType<typeof createSurveyApi>;

/** Sends as the signed-in respondent; a refused access token is renewed once and the request sent again. */
const createAuthorisedSend =
  ({ send, signIn }: Pick<SurveyApiDeps, "send" | "signIn">): Send =>
  async <T>(request: JsonRequest): Promise<T> => {
    const accessToken = await signIn.accessToken();
    try {
      return await send<T>({ ...request, accessToken });
    } catch (error) {
      if (!isUnauthorised(error)) throw error;
      const renewed = await signIn.renew(accessToken);
      return await send<T>({ ...request, accessToken: renewed }).catch((again: unknown) => {
        throw isUnauthorised(again) ? new RequestFailed({ kind: "signed_out" }, again) : again;
      });
    }
  };

const isUnauthorised = (error: unknown): boolean => {
  const failure = failureOf(error);
  return failure.kind === "problem" && failure.status === 401;
};

const orNullWhenMissing = async <T>(answer: Promise<T>): Promise<T | null> => {
  try {
    return await answer;
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "problem" && failure.status === 404) return null;
    throw error;
  }
};

export const createSurveyApi = ({ send, signIn, timezoneOffsetMinutes }: SurveyApiDeps) => {
  const authorised = createAuthorisedSend({ send, signIn });
  const survey = (slug: string): string => `/surveys/${encodeURIComponent(slug)}`;
  const localTime = (): string => `tzOffset=${timezoneOffsetMinutes()}`;

  return {
    createUser: (slug: string, token: string) =>
      send<CreatedUser>({ method: "POST", path: `${survey(slug)}/create-user`, body: { token } }),
    getSurvey: (slug: string) => send<PublicSurvey>({ method: "GET", path: survey(slug) }),
    getParameters: (slug: string) =>
      authorised<SurveyParameters>({ method: "GET", path: `${survey(slug)}/parameters` }),
    getUserInfo: (slug: string) =>
      authorised<UserInfo>({ method: "GET", path: `${survey(slug)}/user-info?${localTime()}` }),
    findSession: (slug: string) =>
      orNullWhenMissing(authorised<Session>({ method: "GET", path: `${survey(slug)}/session` })),
    startSession: (slug: string) =>
      authorised<Session>({ method: "POST", path: `${survey(slug)}/session?${localTime()}` }),
    saveAnswers: (slug: string, answers: SaveAnswers, options: Pick<JsonRequest, "keepalive" | "signal"> = {}) =>
      authorised<Session>({ method: "PUT", path: `${survey(slug)}/session`, body: answers, ...options }),
    cancelSession: (slug: string, sessionId: string) =>
      authorised<unknown>({
        method: "DELETE",
        path: `${survey(slug)}/session?sessionId=${encodeURIComponent(sessionId)}`,
      }),
    submit: (slug: string, answers: SaveAnswers) =>
      authorised<Submitted>({ method: "POST", path: `${survey(slug)}/submission?${localTime()}`, body: answers }),
  };
};

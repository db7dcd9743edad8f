import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { SignIn } from "../api/sign-in.ts";
import type { SurveyApi } from "../api/survey-api.ts";
import type { Messages } from "../messages.ts";
import type { Drafts } from "../questionnaire/draft.ts";

export interface App {
  readonly api: SurveyApi;
  readonly signIn: SignIn;
  readonly drafts: Drafts;
  readonly messages: Messages;
  readonly navigate: (path: string, options?: { replace?: boolean }) => void;
}

export const AppContext = createContext<App | null>(null);

export const useApp = (): App => {
  const app = useContext(AppContext);
  if (app === null) throw new Error("useApp needs an AppContext around it");
  return app;
};

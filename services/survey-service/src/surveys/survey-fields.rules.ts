import type { SurveyState } from "@roundtrip/contracts/survey/survey-object";

/** What a body may say of a survey; `undefined` and absent are the same. */
interface GivenFields<S> {
  readonly name?: string;
  readonly state?: SurveyState;
  readonly start_date?: string | null;
  readonly end_date?: string | null;
  readonly suspension_reason?: string | null;
  readonly support_email?: string | null;
  readonly locale?: string;
  readonly languages?: string[];
  readonly settings?: S;
}

/** From the API's names to ours. Only what is given: absent members must not overwrite anything. */
export const surveyFieldsOf = <S>(given: GivenFields<S>) => ({
  ...(given.name === undefined ? {} : { name: given.name }),
  ...(given.state === undefined ? {} : { state: given.state }),
  ...(given.start_date === undefined ? {} : { startDate: given.start_date }),
  ...(given.end_date === undefined ? {} : { endDate: given.end_date }),
  ...(given.suspension_reason === undefined ? {} : { suspensionReason: given.suspension_reason }),
  ...(given.support_email === undefined ? {} : { supportEmail: given.support_email }),
  ...(given.locale === undefined ? {} : { locale: given.locale }),
  ...(given.languages === undefined ? {} : { languages: given.languages }),
  ...(given.settings === undefined ? {} : { settings: given.settings }),
});

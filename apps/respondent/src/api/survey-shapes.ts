import type { Operation, Output } from "@roundtrip/contracts/operation";
import type { completeSession } from "@roundtrip/contracts/survey/complete-session.http";
import type { createUser } from "@roundtrip/contracts/survey/create-user.http";
import type { getPublicSurvey } from "@roundtrip/contracts/survey/get-public-survey.http";
import type { getSurveyParameters } from "@roundtrip/contracts/survey/get-survey-parameters.http";
import type { getUserInfo } from "@roundtrip/contracts/survey/get-user-info.http";
import type { saveAnswers } from "@roundtrip/contracts/survey/save-answers.http";

/** The body of an operation's 200, as the contracts declare it (api.md section 4.2). Types only: no schema is bundled. */
type Answer<O extends Operation> = Extract<Output<O>, { readonly status: 200 }>["body"];

export type CreatedUser = Answer<typeof createUser>;
export type PublicSurvey = Answer<typeof getPublicSurvey>;
export type SurveyParameters = Answer<typeof getSurveyParameters>;
export type UserInfo = Answer<typeof getUserInfo>;
export type Session = Answer<typeof saveAnswers>;
export type Submitted = Answer<typeof completeSession>;

export type Answers = Session["data"];
export type RedirectSettings = NonNullable<SurveyParameters["redirect"]>;

import { CustomField } from "@roundtrip/contracts/survey/respondent-object";
import type { PageRequest } from "@roundtrip/http-operation/page";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { Prisma } from "../store/survey-db.ts";

/** A respondent with its user, as the API shows them. */
export interface RespondentWithUser {
  readonly respondentId: string;
  readonly surveyId: string;
  readonly userId: string;
  readonly username: string;
  readonly hasPassword: boolean;
  readonly redirectUrl: string | null;
  readonly keyVersion: number;
  readonly counter: number;
  readonly charset: string | null;
  readonly length: number;
  readonly tokenExpiresAt: Date | null;
  readonly externalUserId: string | null;
  readonly name: string | null;
  readonly customFields: readonly CustomField[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Oldest first; one more than the page holds. */
export const listRespondents = async (
  prisma: Prisma,
  survey: { readonly workspaceId: string; readonly surveyId: string },
  page: PageRequest,
): Promise<readonly RespondentWithUser[]> => {
  const rows = await prisma.respondent.findMany({
    where: { ...idsOf(survey), ...(page.after === null ? {} : { respondentId: { gt: page.after } }) },
    orderBy: { respondentId: "asc" },
    take: page.size + 1,
  });
  return withUsers(prisma, survey.workspaceId, rows);
};

export const findRespondentWithUser = async (
  prisma: Prisma,
  survey: { readonly workspaceId: string; readonly surveyId: string },
  username: string,
): Promise<RespondentWithUser | null> => {
  const rows = await prisma.respondent.findMany({ where: { ...idsOf(survey), username } });
  return (await withUsers(prisma, survey.workspaceId, rows))[0] ?? null;
};

const idsOf = ({ workspaceId, surveyId }: { readonly workspaceId: string; readonly surveyId: string }) => ({
  workspaceId,
  surveyId,
});

type RespondentRow = Awaited<ReturnType<Prisma["respondent"]["findMany"]>>[number];

/** The two tables are related by id only: the schema declares no relations, because erasing a person cuts across them. */
const withUsers = async (prisma: Prisma, workspaceId: string, rows: readonly RespondentRow[]) => {
  const users = await prisma.user.findMany({ where: { workspaceId, userId: { in: rows.map((row) => row.userId) } } });
  const byId = new Map(users.map((user) => [user.userId, user]));
  return rows.map((row): RespondentWithUser => {
    const user = byId.get(row.userId);
    return {
      respondentId: row.respondentId,
      surveyId: row.surveyId,
      userId: row.userId,
      username: row.username,
      hasPassword: row.passwordHash !== null,
      redirectUrl: row.redirectUrl,
      keyVersion: row.tokenKeyVersion,
      counter: row.tokenCounter,
      charset: row.tokenCharset,
      length: row.tokenLength,
      tokenExpiresAt: row.tokenExpiresAt,
      externalUserId: user?.externalUserId ?? null,
      name: user?.name ?? null,
      customFields: parseCustomFields(user?.customFields ?? []),
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  });
};

const customFieldList = Compile(Type.Array(CustomField));

const parseCustomFields = (stored: unknown): readonly CustomField[] => {
  if (!customFieldList.Check(stored)) throw new Error("the stored custom fields are none");
  return stored;
};

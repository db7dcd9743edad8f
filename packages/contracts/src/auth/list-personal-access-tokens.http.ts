import { Closed, Page, PageQuery } from "../formats.ts";
import { operation } from "../operation.ts";
import { PersonalAccessTokenObject } from "./personal-access-token.ts";

export const listPersonalAccessTokens = operation({
  id: "listPersonalAccessTokens",
  service: "auth",
  method: "GET",
  path: "/v2/me/personal-access-tokens",
  summary: "The account's tokens for programs",
  access: { kind: "account" },
  dialect: "v2",
  query: Closed({ ...PageQuery }),
  responses: { 200: Page(PersonalAccessTokenObject) },
  problems: [],
});

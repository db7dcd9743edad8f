import { findLines, isCode, type TidyRule } from "./fault.ts";

interface Ban {
  readonly word: RegExp;
  readonly instead: string;
  /** Where the word is forbidden; by default everywhere. */
  readonly where?: RegExp;
  /** Compatibility contracts, which carry the words of the systems they come from. */
  readonly except?: RegExp;
}

/** Written with a class of one letter, so that this file does not contain what it forbids. */
const bans: readonly Ban[] = [
  { word: /partici[p]ant/i, instead: "respondent" },
  { word: /inter[v]iew/i, instead: "session", except: /incode|omni/ },
  // Alone it is the name of a page and of a link (`/{slug}/recall`); in a compound it would be a second word for session.
  { word: /[A-Za-z_]reca[l]l|[a-z]Reca[l]l|reca[l]l(?:[A-Z_]|s\b)/, instead: "session", except: /^apps\/respondent\// },
  // The name of a member in OpenID Connect's own metadata.
  { word: /end[p]oint/i, instead: "webhook, operation or URL", except: /-service\/src\/oidc\/openid-provider\./ },
  // The event bus has subscriptions of its own; what a customer has is a webhook.
  { word: /subs[c]ription/i, instead: "webhook", where: /^(packages\/contracts\/src\/notify|prisma\/notify)\// },
  {
    word: /(?:create|get|list|delete|update|webhook)_?subs[c]ription|subs[c]ription_?(?:id|url|secret)/i,
    instead: "webhook",
  },
  { word: /\btena[n]t_?id/i, instead: "workspace_id" },
  { word: /\b(survey|questionnaire)_?resp[o]nse/i, instead: "submission" },
];

const speaks = /\.(tsx?|prisma|sql|css)$/;

/** The glossary of api.md: one word for one thing, outside the compatibility contracts. */
export const glossary: TidyRule = (files) =>
  files
    .filter((file) => speaks.test(file.path))
    .flatMap((file) =>
      bans
        .filter((ban) => (ban.where?.test(file.path) ?? true) && !(ban.except?.test(file.path) ?? false))
        .flatMap((ban) => findLines(file, ban.word, `the word here is "${ban.instead}"`)),
    );

/** Work that is left is an issue, not a comment. */
export const unfinished: TidyRule = (files) =>
  files
    .filter((file) => /\.(tsx?|prisma|sql|css|jsonc?|ya?ml|conf|sh)$|(^|\/)(Dockerfile|Caddyfile|run)$/.test(file.path))
    .flatMap((file) => findLines(file, /\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/, "unfinished work belongs in an issue"));

const dodges =
  /\.(?:ski[p]|onl[y]|tod[o]|ski[p]If|run[I]f|fail[s])\s*\(|\bvi\s*\.\s*(?:do)?[mM]oc[k](?:ed)?\s*\(|\b[x](?:it|describe|test)\(/;

/** Every test runs, against the real parts. */
export const testDodge: TidyRule = (files) =>
  files
    .filter((file) => isCode(file.path))
    .flatMap((file) => findLines(file, dodges, "no skipped or lone tests, no module mocks"));

const machinePath = /(?<![\w.])\/(?:home|Users|root|work|mnt)\/[\w.-]+/;
const registryHost = /https?:\/\/[\w.-]*(?:registry|npmjs|artifactory|nexus|verdaccio|mirror)[\w.-]*/i;

/** Nothing of the machine that a file was written on: its paths, and where it gets its packages from. */
export const machineTrace: TidyRule = (files) =>
  files
    .filter((file) => file.path !== "LICENSE")
    .flatMap((file) => [
      ...findLines(file, machinePath, "a path of one machine"),
      ...findLines(file, registryHost, "a package registry's address"),
    ]);

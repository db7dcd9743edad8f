import { isCode, type TidyRule } from "./fault.ts";

/** The closed list of what may stand between a file's name and its extension. STYLE.md lists the same; a rule compares. */
const fileRoles = [
  "route",
  "rules",
  "store",
  "handler",
  "worker",
  "channel",
  "plugin",
  "http",
  "event",
  "rpc",
  "operations",
  "problems",
  "config",
  "test",
  "conformance",
  "bench",
  "child",
] as const;

const known: ReadonlySet<string> = new Set(fileRoles);

/** `<verb>-<noun>.ts` or `<noun>.<role>.ts`, with roles from the list. */
export const fileRole: TidyRule = (files) =>
  files
    .filter((file) => isCode(file.path) && !file.path.endsWith(".d.ts"))
    .flatMap((file) => {
      const [, ...roles] = (file.path.split("/").at(-1) ?? "").replace(/\.tsx?$/, "").split(".");
      return roles
        .filter((role) => !known.has(role))
        .map((role) => ({ path: file.path, line: null, message: `"${role}" is no file role` }));
    });

const emptyNames = /^(utils?|commons?|shared|types|helpers?|misc|lib|libs|base|index)$|-(utils?|helpers?|misc)$/;

/** A name that says nothing about what is inside. `index` is the name of a barrel. */
export const emptyName: TidyRule = (files) =>
  files
    .filter((file) => /\.(tsx?|css|prisma)$/.test(file.path))
    .flatMap((file) =>
      file.path
        .split("/")
        .map((part) => part.split(".")[0] ?? "")
        .filter((part) => emptyNames.test(part))
        .map((part) => ({ path: file.path, line: null, message: `"${part}" does not say what is inside` })),
    );

/** STYLE.md and the check name the same file roles. */
export const rolesInStyle: TidyRule = (files) => {
  const style = files.find((file) => file.path === "STYLE.md");
  const listed = /^Roles: `([a-z ]+)`/m.exec(style?.text ?? "")?.[1]?.split(" ") ?? [];
  const different = [
    ...fileRoles.filter((role) => !listed.includes(role)),
    ...listed.filter((role) => !known.has(role)),
  ];
  return different.map((role) => ({
    path: "STYLE.md",
    line: null,
    message: `file role "${role}" stands on one side only`,
  }));
};

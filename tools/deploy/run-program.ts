import { execFile } from "node:child_process";

export interface ProgramResult {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a program to its end; the environment is this process's with `env` on top. */
export const runProgram = (
  [program = "", ...options]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ProgramResult> =>
  new Promise((resolve, reject) => {
    execFile(program, options, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === "number") resolve({ exitCode, output: `${stdout}\n${stderr}` });
      else reject(error);
    });
  });

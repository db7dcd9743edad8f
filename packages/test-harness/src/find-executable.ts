import { access, constants, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * The path of the executable file of that name below `folder`. Packages hold other files of the same name: shell
 * completions, start scripts, defaults.
 *
 * @throws when there is none.
 */
export const getExecutable = async (folder: string, name: string): Promise<string> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.name === name)) {
    const path = join(entry.parentPath, entry.name);
    if (await isExecutable(path)) return path;
  }
  throw new Error(`no executable ${name} in what was fetched`);
};

export const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    const found = await stat(path);
    // For root some file systems answer yes to everything; the bits decide.
    return found.isFile() && (found.mode & 0o111) !== 0;
  } catch {
    return false;
  }
};

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Release } from "./fetch-released-program.ts";
import { findProgram, type Program } from "./find-program.ts";

const name = "roundtrip-test-program";
let folder: string;
let cacheFolder: string;
let binFolder: string;
let server: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "roundtrip-find-"));
  cacheFolder = join(folder, "cache");
  binFolder = join(folder, "bin");
  await mkdir(binFolder);
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

const writeProgram = async (path: string, text: string): Promise<string> => {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
};

const find = (options: { release?: Release; environment?: Record<string, string> } = {}): Promise<string> => {
  const program: Program = {
    name,
    variable: "TEST_PROGRAM",
    debianPackage: "test-package",
    release: options.release ?? null,
  };
  return findProgram(program, { environment: { PATH: binFolder, ...options.environment }, cacheFolder });
};

/** An apt-get and a dpkg that know one package, whose files include a completion script of the program's name. */
const installFakeApt = async (): Promise<void> => {
  await writeProgram(
    join(binFolder, "apt-get"),
    `PATH=/usr/bin:/bin; case "$*" in *Dir::State::Lists=${folder}*update) ;; *Dir::Cache=${folder}*"download test-package") echo > package.deb ;; *) exit 9 ;; esac`,
  );
  await writeProgram(
    join(binFolder, "dpkg"),
    `PATH=/usr/bin:/bin; mkdir -p "$3/etc" "$3/usr/sbin"; echo completion > "$3/etc/${name}"; printf '#!/bin/sh\\necho from apt\\n' > "$3/usr/sbin/${name}"; chmod 755 "$3/usr/sbin/${name}"`,
  );
};

/** A release of one archive; `digest` is what its checksum file claims, or the true one. */
const publishRelease = async (digest?: string): Promise<Release> => {
  const content = join(folder, "release");
  await mkdir(content);
  await writeProgram(join(content, name), "echo from the release");
  const archive = join(folder, "program.tar.gz");
  execFileSync("tar", ["-czf", archive, "-C", folder, "release"]);
  const bytes = await readFile(archive);
  const sum = digest ?? createHash("sha256").update(bytes).digest("hex");
  server = createServer((request, response) => {
    if (request.url === "/SUMS") response.end(`${"0".repeat(64)}  other.tar.gz\n${sum}  program.tar.gz\n`);
    else if (request.url === "/program.tar.gz") response.end(bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { baseUrl: `http://127.0.0.1:${address.port}`, archive: "program.tar.gz", checksums: "SUMS" };
};

const output = (path: string): string => execFileSync(path, { encoding: "utf8" }).trim();

describe("where a program is looked for", () => {
  it("takes the variable before PATH", async () => {
    await writeProgram(join(binFolder, name), "");
    const named = await writeProgram(join(folder, "mine"), "");
    expect(await find({ environment: { TEST_PROGRAM: named } })).toBe(named);
  });

  it("refuses a variable that names no executable, instead of going on", async () => {
    await writeProgram(join(binFolder, name), "");
    await expect(find({ environment: { TEST_PROGRAM: join(folder, "none") } })).rejects.toThrow("TEST_PROGRAM names");
  });

  it("takes PATH before the cache", async () => {
    const onPath = await writeProgram(join(binFolder, name), "");
    await mkdir(cacheFolder);
    await writeProgram(join(cacheFolder, name), "");
    expect(await find()).toBe(onPath);
  });

  it("takes the cache before it fetches", async () => {
    await installFakeApt();
    await mkdir(cacheFolder);
    const cached = await writeProgram(join(cacheFolder, name), "echo cached");
    expect(await find()).toBe(cached);
    expect(output(cached)).toBe("cached");
  });

  it("passes over a file of that name that is not executable", async () => {
    await installFakeApt();
    await writeFile(join(binFolder, name), "text");
    expect(output(await find())).toBe("from apt");
  });
});

describe("what is fetched", () => {
  it("comes from the distribution's package first, with apt's state in a private folder", async () => {
    await installFakeApt();
    const path = await find({ release: await publishRelease() });
    expect(path).toBe(join(cacheFolder, name));
    expect(output(path)).toBe("from apt");
  });

  it("comes from the official release where there is no apt-get", async () => {
    expect(output(await find({ release: await publishRelease() }))).toBe("from the release");
  });

  it("is refused when the release's checksum does not fit", async () => {
    const release = await publishRelease("f".repeat(64));
    await expect(find({ release })).rejects.toThrow("has the digest");
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it("is one whole file when several processes fetch at once, and nothing else stays", async () => {
    await installFakeApt();
    const paths = await Promise.all([find(), find(), find(), find()]);
    expect(new Set(paths)).toEqual(new Set([join(cacheFolder, name)]));
    expect(output(join(cacheFolder, name))).toBe("from apt");
    expect(await readdir(cacheFolder)).toEqual([name]);
  });

  it("is an error that says what to do where nothing works", async () => {
    const message = await find().then(
      () => "found",
      (error: unknown) => String(error),
    );
    expect(message).toContain("apt-get install test-package");
    expect(message).toContain("set TEST_PROGRAM to the path");
    expect(message).toContain(`.cache/${name}`);
    expect(message).toContain("no release of");
  });
});

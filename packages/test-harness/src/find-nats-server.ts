import { findProgram } from "./find-program.ts";

const version = "2.11.17";
const systems: Readonly<Record<string, string>> = { linux: "linux", darwin: "darwin" };
const processors: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** The path of a nats-server 2.9 or newer: `NATS_SERVER`, `PATH`, `.cache/`, else fetched. See `findProgram`. */
export const findNatsServer = (): Promise<string> => {
  const system = systems[process.platform];
  const processor = processors[process.arch];
  return findProgram({
    name: "nats-server",
    variable: "NATS_SERVER",
    debianPackage: "nats-server",
    release:
      system === undefined || processor === undefined
        ? null
        : {
            baseUrl: `https://github.com/nats-io/nats-server/releases/download/v${version}`,
            archive: `nats-server-v${version}-${system}-${processor}.tar.gz`,
            checksums: "SHA256SUMS",
          },
  });
};

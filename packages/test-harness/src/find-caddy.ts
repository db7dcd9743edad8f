import { findProgram } from "./find-program.ts";

const version = "2.10.2";
const systems: Readonly<Record<string, string>> = { linux: "linux", darwin: "mac" };
const processors: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** The path of a caddy 2.6 or newer: `CADDY`, `PATH`, `.cache/`, else fetched. See `findProgram`. */
export const findCaddy = (): Promise<string> => {
  const system = systems[process.platform];
  const processor = processors[process.arch];
  return findProgram({
    name: "caddy",
    variable: "CADDY",
    debianPackage: "caddy",
    release:
      system === undefined || processor === undefined
        ? null
        : {
            baseUrl: `https://github.com/caddyserver/caddy/releases/download/v${version}`,
            archive: `caddy_${version}_${system}_${processor}.tar.gz`,
            checksums: `caddy_${version}_checksums.txt`,
          },
  });
};

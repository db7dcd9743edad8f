import { countLines, isCode, isTest, type TidyRule } from "./fault.ts";

const linesMax = 400;
const medianMax = 110;
const ninetiethMax = 300;

/** No file over 400 lines, tests and style sheets included. */
export const fileStop: TidyRule = (files) =>
  files
    .filter((file) => isCode(file.path) || file.path.endsWith(".css"))
    .map((file) => ({ path: file.path, lines: countLines(file.text) }))
    .filter(({ lines }) => lines > linesMax)
    .map(({ path, lines }) => ({ path, line: null, message: `${lines} lines; at most ${linesMax}` }));

/** Half of the files that are no tests have at most 110 lines, nine in ten at most 300. */
export const fileSpread: TidyRule = (files) => {
  const sizes = files
    .filter((file) => isCode(file.path) && !isTest(file.path))
    .map((file) => countLines(file.text))
    .sort((a, b) => a - b);
  const limits = [
    { part: 0.5, name: "median", max: medianMax },
    { part: 0.9, name: "ninetieth percentile", max: ninetiethMax },
  ];
  return limits.flatMap(({ part, name, max }) => {
    const size = sizes[Math.floor((sizes.length - 1) * part)] ?? 0;
    return size > max ? [{ path: ".", line: null, message: `the ${name} file has ${size} lines; at most ${max}` }] : [];
  });
};

/** In a service there are at least as many lines of test as of code. */
export const testWeight: TidyRule = (files) => {
  const inServices = files.filter((file) => /^services\/[\w-]+-service\/src\//.test(file.path) && isCode(file.path));
  const services = new Set(inServices.map((file) => file.path.split("/").slice(0, 2).join("/")));
  return [...services].flatMap((service) => {
    const own = inServices.filter((file) => file.path.startsWith(`${service}/`));
    const linesOf = (wanted: boolean) =>
      own.filter((file) => isTest(file.path) === wanted).reduce((sum, file) => sum + countLines(file.text), 0);
    const [tests, code] = [linesOf(true), linesOf(false)];
    return tests < code
      ? [{ path: service, line: null, message: `${tests} lines of test for ${code} lines of code` }]
      : [];
  });
};

/** What one stage of a Dockerfile, with the stages below it, leaves in the image. */
export interface ImageStage {
  readonly name: string;
  readonly base: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly instructions: readonly string[];
}

/** Stages in order, each with what it inherits. Knows the few forms that `deploy/Dockerfile` uses. */
export const readStages = (text: string): ReadonlyMap<string, ImageStage> => {
  const stages = new Map<string, ImageStage>();
  let name = "";
  for (const line of joinLines(text)) {
    const [, base, stage] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (base !== undefined && stage !== undefined) {
      name = stage;
      const parent = stages.get(base);
      stages.set(name, parent ? { ...parent, name, base } : { name, base, environment: {}, instructions: [] });
    } else {
      const current = stages.get(name);
      if (current) stages.set(name, addLine(current, line));
    }
  }
  return stages;
};

const addLine = (stage: ImageStage, line: string): ImageStage => {
  const [, variable, value = ""] = /^ENV (\w+)=(.*)$/.exec(line) ?? [];
  const environment = variable === undefined ? stage.environment : { ...stage.environment, [variable]: value };
  return { ...stage, environment, instructions: [...stage.instructions, line] };
};

const joinLines = (text: string): readonly string[] =>
  text
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

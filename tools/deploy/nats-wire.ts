import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface Credentials {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/**
 * Says on the broker's own wire (text, line by line) which of the subjects a user is refused. The client library would
 * hide a refused publish behind a time-out.
 */
export const listRefused = async (
  credentials: Credentials,
  verb: "publish" | "subscribe",
  subjects: readonly string[],
): Promise<readonly string[]> => {
  const socket = connect(credentials.port, "127.0.0.1");
  const lines = readLines(socket);
  const { user, password } = credentials;
  const commands = subjects.map((subject, index) =>
    verb === "publish" ? `PUB ${subject} 0\r\n\r\n` : `SUB ${subject} ${index + 1}\r\n`,
  );
  socket.write(`CONNECT ${JSON.stringify({ user, pass: password, verbose: false })}\r\n${commands.join("")}PING\r\n`);
  const refused: string[] = [];
  for await (const line of lines) {
    const [, subject] = /^-ERR 'Permissions Violation for (?:Publish|Subscription) to "([^"]+)"/.exec(line) ?? [];
    if (subject !== undefined) refused.push(subject);
    else if (line.startsWith("-ERR")) throw new Error(line);
    if (line === "PONG") break;
  }
  socket.destroy();
  return refused;
};

async function* readLines(socket: Socket): AsyncGenerator<string> {
  let rest = "";
  await once(socket, "connect");
  for await (const chunk of socket) {
    const parts = `${rest}${chunk}`.split("\r\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

import sparticuz from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/**
 * A real Chromium: the one that `CHROMIUM` names, else the one from npm, which needs nothing installed. Never skipped: a
 * machine where neither runs fails the test and says so.
 */
export const openBrowser = async (): Promise<Browser> => {
  const named = process.env["CHROMIUM"];
  const executablePath = named ?? (process.platform === "linux" ? await sparticuz.executablePath() : undefined);
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ];
  try {
    return await chromium.launch({
      ...(executablePath === undefined ? { channel: "chrome" } : { executablePath }),
      args,
      headless: true,
    });
  } catch (cause) {
    throw new Error("no browser could be started; set CHROMIUM to the path of a Chromium or Chrome", { cause });
  }
};

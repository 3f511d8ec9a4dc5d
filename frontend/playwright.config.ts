import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const system = "/usr/bin/chromium";

/** What plays the bridge or the agent itself, so as to show what a network seldom does. */
const stand = ["chat.spec.ts", "pictures.spec.ts", "computer.spec.ts", "*-states.spec.ts"];

export default defineConfig({
  testDir: "e2e",
  workers: 2,
  timeout: 60_000,
  // A machine that others share stands still now and then. What passes only at the
  // second try is reported as flaky.
  retries: 1,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  // The pages against a stand; and against a running devnet, where there is one
  // (HELIUM_READY names the file that `helium devnet --ready` writes).
  projects: [
    { name: "stand", testMatch: stand },
    // One after the other: they share the network's nodes.
    ...(process.env.HELIUM_READY ? [{ name: "devnet", testIgnore: stand, timeout: 180_000, workers: 1 }] : []),
  ],
  use: {
    launchOptions: {
      executablePath: process.env.HELIUM_CHROMIUM ?? (existsSync(system) ? system : undefined),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    locale: "en-US",
    trace: "retain-on-failure",
  },
});

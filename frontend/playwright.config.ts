import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const system = "/usr/bin/chromium";

export default defineConfig({
  testDir: "e2e",
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  // The pages against a stand; and against a running devnet, where there is one
  // (HELIUM_READY names the file that `helium devnet --ready` writes).
  projects: [
    { name: "stand", testMatch: ["chat.spec.ts", "pictures.spec.ts", "node-states.spec.ts"] },
    ...(process.env.HELIUM_READY
      ? [
          {
            name: "devnet",
            testMatch: ["devnet.spec.ts", "node.spec.ts", "firstrun.spec.ts", "models.spec.ts"],
            timeout: 180_000,
          },
        ]
      : []),
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

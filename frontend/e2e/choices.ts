import type { State } from "../src/lib/api.gen";

/** The owner's choices as they are where nobody has chosen anything. */
export const choices: Pick<State, "when" | "computer" | "desktop" | "settings" | "models"> = {
  when: {
    settings: {
      fullscreen: { pause: true, except: [] },
      programs: [],
      graphics: { pause: true, percent: 30 },
      battery: { pause: true },
      heat: { pause: true, celsius: 88, cool_by: 10 },
      hours: { limit: false, days: ["mon"], from: "22:00", to: "07:00" },
      person: { pause: false, idle_minutes: 5 },
      finish: "soon",
      linger_seconds: 0,
    },
    unread: [],
    sensed: { in_hours: true },
  },
  computer: {
    devices: [],
    picked: "best",
    used: "",
    rejoins: false,
    power: {
      choice: { mode: "usual", watts: 0 },
      draw: 0,
      limit: 0,
      usual: 0,
      least: 0,
      most: 0,
      quiet: 0,
      settable: false,
    },
    awake: { wanted: true, holds: false },
  },
  desktop: {
    settings: {
      start_at_login: false,
      close_to_tray: true,
      notify: { first_earning: true, slashed: true, kicked_out: true, low_gas: true, update: true },
    },
    unable: [],
    quitting: false,
  },
  settings: {
    language: "",
    appearance: "system",
    downloads: { proxy: "", proxy_login: false, endpoint: "", token: false, secrets_in: "" },
    log_folder: "",
  },
  models: { revision: 0, downloads: [], leaving: [] },
};

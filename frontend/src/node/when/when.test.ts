import { i18n } from "@lingui/core";
import { describe, expect, it } from "vitest";
import type { State } from "../../lib/api.gen";
import { addTexts, type Translate } from "../../lib/i18n";
import when from "../../lib/locales/en-when.json";
import { openings } from "./hours";
import { doingText, facts } from "./now";
import { bare, suggest } from "./programs";

addTexts(when as never);
const t: Translate = (id, values) => i18n._(id, values);

describe("suggestions of programs", () => {
  const running = ["bash", "blender", "obs64.exe", "Steam", "xsteamer"];
  it("are those that a person may mean, and begin with it first", () => {
    expect(suggest(running, "ste", [])).toEqual(["Steam", "xsteamer"]);
    expect(suggest(running, "", [], 2)).toEqual(["bash", "blender"]);
  });
  it("leave out what is chosen, however it is written", () => {
    expect(suggest(running, "b", ["OBS64", "Blender.EXE"])).toEqual(["bash"]);
    expect(bare(" Doom.EXE ")).toBe("doom");
  });
});

describe("the picture of the week", () => {
  it("carries hours over midnight into the next day, also from Sunday to Monday", () => {
    const open = openings({ limit: true, days: ["fri", "sun"], from: "22:00", to: "06:30" });
    expect(open).toEqual([[[0, 6.5]], [], [], [], [[22, 24]], [[0, 6.5]], [[22, 24]]]);
  });
  it("keeps hours of one day in it, and midnight ends a day", () => {
    expect(openings({ limit: true, days: ["mon"], from: "09:00", to: "17:15" })[0]).toEqual([[9, 17.25]]);
    expect(openings({ limit: true, days: ["mon"], from: "20:00", to: "00:00" }).slice(0, 2)).toEqual([[[20, 24]], []]);
  });
});

function stateOf(change: { node?: object; sensed?: object; gpu?: boolean; limit?: boolean }): State {
  return {
    node: { status: "running", ...change.node },
    hardware: { kind: change.gpu ? "gpu" : "cpu" },
    when: {
      settings: { hours: { limit: change.limit ?? false } },
      sensed: { in_hours: true, ...change.sensed },
      unread: [],
    },
  } as unknown as State;
}

describe("right now", () => {
  it("says what Helium does and why", () => {
    expect(doingText(t, stateOf({}))).toContain("as soon as a task comes");
    expect(doingText(t, stateOf({ node: { status: "blocked", reason: { title: "No gas" } } }))).toContain("No gas");
    expect(doingText(t, stateOf({ node: { status: "paused" } }))).toContain("until you resume");
  });
  it("tells only what is seen, and of the card only where tasks run on it", () => {
    expect(facts(t, stateOf({}))).toEqual([]);
    const card = { percent: 40, program: "doom", with_ours: false };
    const texts = (s: State) => facts(t, s).map((f) => f.text);
    expect(texts(stateOf({ sensed: { card } }))).toEqual([]);
    expect(texts(stateOf({ sensed: { card }, gpu: true }))).toEqual(["doom uses 40 % of the graphics card"]);
    expect(texts(stateOf({ sensed: { card: { percent: 9, with_ours: true } }, gpu: true }))).toEqual([
      "Graphics card 9 % busy",
    ]);
    const power = { on_battery: true, charge: -1 };
    const heat = { celsius: 71, sensor: "GPU", throttled: false };
    const sensed = { power, heat, person: { idle_seconds: 300 }, screen: { filled: false }, listed: "blender" };
    expect(texts(stateOf({ sensed, limit: true }))).toEqual([
      "Nothing fills the screen",
      "blender runs",
      "On battery",
      "71 °C at most (GPU)",
      "Nobody touched it for 5 min",
      "Within your hours",
    ]);
  });
});

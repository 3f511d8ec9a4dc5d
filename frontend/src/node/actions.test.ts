import { expect, it } from "vitest";
import schema from "../lib/api.schema.json";
import { actionsOf, shapeOf } from "./actions";

const statuses = schema.$defs.Node.properties.status.enum as Parameters<typeof actionsOf>[0][];

it("knows every status that the agent can send", () => {
  expect(statuses.length).toBe(9);
  for (const s of statuses) {
    expect(actionsOf(s), s).toBeDefined();
    expect(shapeOf(s), s).toBeDefined();
  }
});

it("never offers what is already under way", () => {
  for (const s of statuses) {
    const { offer, busy } = actionsOf(s);
    expect(busy === undefined || !offer.includes(busy), s).toBe(true);
  }
});

it("a node that is staked can always be left", () => {
  for (const s of ["joining", "running", "working", "pausing", "paused", "blocked"] as const) {
    expect(actionsOf(s).offer).toContain("stop");
  }
});

import type { AgentMethod } from "../lib/agent";
import type { State } from "../lib/api.gen";

type Status = State["node"]["status"];

/** What a person can do in each state of the node: the first stands out. Where a wish is under way, what it is. */
export interface Actions {
  offer: AgentMethod[];
  busy?: AgentMethod;
}

const table: Record<Status, Actions> = {
  starting: { offer: [] },
  stopped: { offer: ["start"] },
  joining: { offer: ["stop"], busy: "start" },
  running: { offer: ["pause", "stop"] },
  working: { offer: ["pause", "stop"] },
  pausing: { offer: ["stop"], busy: "pause" },
  paused: { offer: ["resume", "stop"] },
  stopping: { offer: [], busy: "stop" },
  blocked: { offer: ["start", "stop"] },
};

export function actionsOf(status: Status): Actions {
  return table[status];
}

/** The balloon's shape for a state; the tray uses the same. */
export type Shape = "idle" | "running" | "working" | "paused" | "blocked";

const shapes: Record<Status, Shape> = {
  starting: "idle",
  stopped: "idle",
  joining: "idle",
  running: "running",
  working: "working",
  pausing: "working",
  paused: "paused",
  stopping: "working",
  blocked: "blocked",
};

export function shapeOf(status: Status): Shape {
  return shapes[status];
}

import type { Agent } from "../../lib/agent";
import type { Setup, State } from "../../lib/api.gen";
import { Computer } from "./computer";
import { FirstModel } from "./model";
import { Network } from "./network";
import { SelfTest } from "./selftest";
import { Wallet } from "./wallet";

/** What every screen of the first run is given. */
export interface StepProps {
  agent: Agent;
  state: State;
  setup: Setup;
  stale: boolean;
  step: number;
  of: number;
}

const screens = { computer: Computer, wallet: Wallet, network: Network, model: FirstModel, test: SelfTest, done: null };
const order = ["computer", "wallet", "network", "model", "test"];

/** The first run: five screens, of which the agent says which is due. */
export function FirstRun(props: { agent: Agent; state: State; setup: Setup; stale: boolean }) {
  const Screen = screens[props.setup.step];
  if (!Screen) return null;
  return <Screen {...props} step={order.indexOf(props.setup.step) + 1} of={order.length} />;
}

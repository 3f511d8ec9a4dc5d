import { Coins, House, type LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { Agent } from "../lib/agent";
import type { State } from "../lib/api.gen";
import type { MessageId } from "../lib/i18n";
import { Earnings } from "./earnings/earnings";
import { Home } from "./home";

/** What every screen is given. Stale: the agent is away, and the state is from before. */
export interface ScreenProps {
  agent: Agent;
  state: State;
  stale: boolean;
}

interface Screen {
  path: string;
  title: MessageId;
  Icon: LucideIcon;
  Show: ComponentType<ScreenProps>;
}

/** The app's screens, in the order of the sidebar. */
export const screens: Screen[] = [
  { path: "/", title: "node.home", Icon: House, Show: Home },
  { path: "/earnings", title: "earnings.title", Icon: Coins, Show: Earnings },
];

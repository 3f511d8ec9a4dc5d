import { CalendarClock, Cpu, House, type LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { Agent } from "../lib/agent";
import type { State } from "../lib/api.gen";
import type { MessageId } from "../lib/i18n";
import { ComputerScreen } from "./computer/computer";
import { Home } from "./home";
import { WhenScreen } from "./when/when";

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
  { path: "/when", title: "when.title", Icon: CalendarClock, Show: WhenScreen },
  { path: "/computer", title: "computer.title", Icon: Cpu, Show: ComputerScreen },
];

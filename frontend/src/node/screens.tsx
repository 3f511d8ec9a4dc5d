import {
  Boxes,
  CalendarClock,
  ChartColumn,
  Coins,
  Cpu,
  House,
  type LucideIcon,
  MessageSquare,
  Settings as SettingsIcon,
  WalletCards,
} from "lucide-react";
import type { ComponentType } from "react";
import type { Agent } from "../lib/agent";
import type { State } from "../lib/api.gen";
import type { MessageId } from "../lib/i18n";
import { Chat } from "./chat";
import { ComputerScreen } from "./computer/computer";
import { Earnings } from "./earnings/earnings";
import { Home } from "./home";
import { ModelsScreen } from "./models/models";
import { Settings } from "./settings/settings";
import { StakeScreen } from "./stake/stake";
import { WalletScreen } from "./wallet/wallet";
import { WhenScreen } from "./when/when";

/** What every screen is given. Stale: the agent is away, and the state is from before. */
export interface ScreenProps {
  agent: Agent;
  state: State;
  stale: boolean;
}

interface Screen {
  path: string;
  /** It has addresses of its own below its path. */
  nest?: true;
  /** It is of another kind than the one before it. */
  gap?: true;
  title: MessageId;
  Icon: LucideIcon;
  Show: ComponentType<ScreenProps>;
}

/** The app's screens, in the order of the sidebar. */
export const screens: Screen[] = [
  { path: "/", title: "node.home", Icon: House, Show: Home },
  { path: "/earnings", title: "earnings.title", Icon: ChartColumn, Show: Earnings },
  { path: "/node", title: "node.stake", Icon: Coins, Show: StakeScreen },
  { path: "/wallet", title: "node.wallet", Icon: WalletCards, Show: WalletScreen },
  { path: "/models", gap: true, title: "models.title", Icon: Boxes, Show: ModelsScreen },
  { path: "/when", title: "when.title", Icon: CalendarClock, Show: WhenScreen },
  { path: "/computer", title: "computer.title", Icon: Cpu, Show: ComputerScreen },
  { path: "/chat", gap: true, nest: true, title: "node.chat", Icon: MessageSquare, Show: Chat },
  { path: "/settings", title: "settings.title", Icon: SettingsIcon, Show: Settings },
];

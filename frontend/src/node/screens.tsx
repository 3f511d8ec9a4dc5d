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
import { type ComponentType, lazy } from "react";
import type { Agent } from "../lib/agent";
import type { State } from "../lib/api.gen";
import type { MessageId } from "../lib/i18n";
import { Home } from "./home";

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

/** What is fetched once the first screen stands, or sooner when it is opened. */
const parts = {
  earnings: () => import("./earnings/earnings").then((m) => ({ default: m.Earnings })),
  stake: () => import("./stake/stake").then((m) => ({ default: m.StakeScreen })),
  wallet: () => import("./wallet/wallet").then((m) => ({ default: m.WalletScreen })),
  models: () => import("./models/models").then((m) => ({ default: m.ModelsScreen })),
  when: () => import("./when/when").then((m) => ({ default: m.WhenScreen })),
  computer: () => import("./computer/computer").then((m) => ({ default: m.ComputerScreen })),
  chat: () => import("./talk"),
  settings: () => import("./settings/settings").then((m) => ({ default: m.Settings })),
};

/** Fetches what the other screens need, so that none is waited for. */
export function fetchScreens() {
  for (const part of Object.values(parts)) part().catch(() => {});
}

/** The app's screens, in the order of the sidebar. */
export const screens: Screen[] = [
  { path: "/", title: "node.home", Icon: House, Show: Home },
  { path: "/earnings", title: "earnings.title", Icon: ChartColumn, Show: lazy(parts.earnings) },
  { path: "/node", title: "node.stake", Icon: Coins, Show: lazy(parts.stake) },
  { path: "/wallet", title: "node.wallet", Icon: WalletCards, Show: lazy(parts.wallet) },
  { path: "/models", gap: true, title: "models.title", Icon: Boxes, Show: lazy(parts.models) },
  { path: "/when", title: "when.title", Icon: CalendarClock, Show: lazy(parts.when) },
  { path: "/computer", title: "computer.title", Icon: Cpu, Show: lazy(parts.computer) },
  { path: "/chat", gap: true, nest: true, title: "node.chat", Icon: MessageSquare, Show: lazy(parts.chat) },
  { path: "/settings", title: "settings.title", Icon: SettingsIcon, Show: lazy(parts.settings) },
];

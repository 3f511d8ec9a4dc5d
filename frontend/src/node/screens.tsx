import { Coins, House, type LucideIcon, WalletCards } from "lucide-react";
import type { ComponentType } from "react";
import type { Agent } from "../lib/agent";
import type { State } from "../lib/api.gen";
import type { MessageId } from "../lib/i18n";
import { Home } from "./home";
import { StakeScreen } from "./stake/stake";
import { WalletScreen } from "./wallet/wallet";

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
  { path: "/node", title: "node.stake", Icon: Coins, Show: StakeScreen },
  { path: "/wallet", title: "node.wallet", Icon: WalletCards, Show: WalletScreen },
];

import { Boxes, House, type LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { Agent } from "../lib/agent";
import type { State } from "../lib/api.gen";
import type { MessageId } from "../lib/i18n";
import { Home } from "./home";
import { ModelsScreen } from "./models/models";

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
  { path: "/models", title: "models.title", Icon: Boxes, Show: ModelsScreen },
];

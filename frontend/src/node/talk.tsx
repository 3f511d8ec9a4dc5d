import { useMemo } from "react";
import { Chat } from "../chat/app";
import { Desk } from "../chat/desk";
import type { Agent } from "../lib/agent";
import type { State } from "../lib/api.gen";
import { Bridge } from "../lib/chat";
import { addTexts } from "../lib/i18n";
import texts from "../lib/locales/en-chat.json";
import { Shelf } from "../lib/shelf";

addTexts(texts);

/** Conversations go on while other screens are shown. */
const desks = new WeakMap<Agent, { bridge: Bridge; desk: Desk }>();

function deskOf(agent: Agent) {
  const open = desks.get(agent);
  if (open) return open;
  const bridge = new Bridge(agent.fetchBridge);
  const made = { bridge, desk: new Desk(bridge, () => Shelf.open()) };
  desks.set(agent, made);
  return made;
}

export default function Talk({ agent, state }: { agent: Agent; state: State }) {
  const { bridge, desk } = useMemo(() => deskOf(agent), [agent]);
  return <Chat bridge={bridge} desk={desk} payer={state.network.chat_url ? "network" : "wallet"} />;
}

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { Agent, findAgent } from "../lib/agent";
import { addTexts, type Catalog, Languages } from "../lib/i18n";
import { windowLine } from "../lib/line";
import { markWindow } from "../lib/native";
import { Boundary } from "../ui/boundary";
import "../ui/theme.css";
import { App } from "./app";
import { chooseLanguage, keptLanguage } from "./language";
import { keptLook, showLook } from "./look";

const texts = import.meta.glob<Catalog>(["../lib/locales/en-*.json", "!../lib/locales/en-{chat,said,notices}.json"], {
  eager: true,
  import: "default",
});
for (const catalog of Object.values(texts)) addTexts(catalog);

// Before the routes read the fragment, the agent takes its token out of it.
const agent = new Agent(findAgent, WebSocket, windowLine);
const queries = new QueryClient();

markWindow(document.documentElement);
showLook(keptLook());

const root = document.getElementById("root");
if (!root) throw new Error("the page has no place to draw in");

// The first thing that is seen is in the reader's language; where its texts can't be fetched, it is in English.
await chooseLanguage(keptLanguage()).catch(() => {});
addEventListener("languagechange", () => void chooseLanguage(keptLanguage()).catch(() => {}));

createRoot(root).render(
  <StrictMode>
    <Languages>
      <Boundary>
        <QueryClientProvider client={queries}>
          <Router hook={useHashLocation}>
            <App agent={agent} />
          </Router>
        </QueryClientProvider>
      </Boundary>
    </Languages>
  </StrictMode>,
);

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { Bridge } from "../lib/chat";
import { addTexts, Languages } from "../lib/i18n";
import texts from "../lib/locales/en-chat.json";
import { Shelf } from "../lib/shelf";
import { Boundary } from "../ui/boundary";
import "../ui/theme.css";
import { App } from "./app";
import { Desk } from "./desk";

addTexts(texts);

const bridge = new Bridge();
const desk = new Desk(bridge, () => Shelf.open());
const queries = new QueryClient();

const root = document.getElementById("root");
if (!root) throw new Error("the page has no place to draw in");
createRoot(root).render(
  <StrictMode>
    <Languages>
      <Boundary>
        <QueryClientProvider client={queries}>
          <Router hook={useHashLocation}>
            <App bridge={bridge} desk={desk} />
          </Router>
        </QueryClientProvider>
      </Boundary>
    </Languages>
  </StrictMode>,
);

// Ready before the first answer is, and out of the way of the first screen.
addEventListener("load", () =>
  setTimeout(() => {
    for (const part of [import("./markdown"), import("./receipt")]) part.catch(() => {});
  }, 200),
);

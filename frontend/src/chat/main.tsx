import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { Bridge } from "../lib/chat";
import { Languages } from "../lib/i18n";
import { Shelf } from "../lib/shelf";
import { Boundary } from "../ui/boundary";
import "../ui/theme.css";
import { App } from "./app";
import { Desk } from "./desk";
import { pageLanguage } from "./language";
import { LanguageChoice } from "./language-choice";

const bridge = new Bridge();
const desk = new Desk(bridge, () => Shelf.open());
const queries = new QueryClient();

const root = document.getElementById("root");
if (!root) throw new Error("the page has no place to draw in");

function draw(root: HTMLElement) {
  createRoot(root).render(
    <StrictMode>
      <Languages>
        <Boundary>
          <QueryClientProvider client={queries}>
            <Router hook={useHashLocation}>
              <App bridge={bridge} desk={desk} foot={<LanguageChoice />} />
            </Router>
          </QueryClientProvider>
        </Boundary>
      </Languages>
    </StrictMode>,
  );
}

// The first thing that is seen is in the reader's language, or else in English. It is
// not awaited here: what is fetched later shares code with this file, and would wait too.
pageLanguage
  .choose(pageLanguage.kept())
  .catch(() => pageLanguage.choose("en"))
  .catch(() => {})
  .then(() => draw(root));
addEventListener("languagechange", () => void pageLanguage.choose(pageLanguage.kept()).catch(() => {}));

// Ready before the first answer is, and out of the way of the first screen.
addEventListener("load", () =>
  setTimeout(() => {
    for (const part of [import("./markdown"), import("./receipt")]) part.catch(() => {});
  }, 200),
);

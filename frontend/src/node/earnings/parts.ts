import type { MessageId } from "../../lib/i18n";
import type { Part } from "./bars";

/** The colours of the parts, as the styles name them. */
export const colours: Record<Part, string> = {
  texts: "--accent",
  images: "--second",
  other: "--edge",
};

/** The same for what isn't drawn on a canvas. */
export const swatches: Record<Part, string> = {
  texts: "bg-accent",
  images: "bg-second",
  other: "bg-edge",
};

export const partNames: Record<Part, MessageId> = {
  texts: "earnings.texts",
  images: "earnings.images",
  other: "earnings.other",
};

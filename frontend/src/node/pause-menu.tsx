import { ChevronDown } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type PauseLength, pauseLengths } from "../lib/agent";
import { useText } from "../lib/i18n";
import { Button } from "../ui/button";

/** Pause, for how long: without a length until the person resumes. */
export function PauseMenu(props: { disabled: boolean; onChoose: (length: PauseLength | null) => void }) {
  const t = useText();
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild disabled={props.disabled}>
        <Button data-testid="action-pause">
          {t("action.pause")}
          <ChevronDown className="-me-1 size-4 text-soft" aria-hidden="true" />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-[60] min-w-52 rounded-xl border border-line bg-card p-1 shadow-float animate-appear"
        >
          {[...pauseLengths, null].map((length) => (
            <DropdownMenu.Item
              key={length ?? "open"}
              data-testid={`pause-${length ?? "open"}`}
              onSelect={() => props.onChoose(length)}
              className="touch flex h-9 cursor-pointer items-center rounded-lg px-3 text-sm outline-none data-[highlighted]:bg-sunken"
            >
              {t(length ? `when.pause.${length}` : "when.pause.open")}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
